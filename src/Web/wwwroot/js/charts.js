// The charts of a group: the step under the pointer, or that of the arrow keys, is marked in all of them with its numbers, which the page knows; all are saved as one picture.
export function attach(root, page) {
    const ending = new AbortController(), { signal } = ending;
    const charts = () => [...root.querySelectorAll('figure.chart svg')];
    const keys = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -1e9, End: 1e9 };
    let wanted = null, asking = false, reading = null;

    // Where a chart's numbers stand in its picture, as the page wrote it.
    function measures(svg) {
        const [left, right] = svg.dataset.frame.split(' ').map(Number), [from, to] = [svg.dataset.from, svg.dataset.to].map(Number);
        const wide = svg.viewBox.baseVal.width - left - right;
        return { left, right: left + wide, number: x => from + (x - left) / wide * (to - from), place: value => left + (value - from) / (to - from) * wide };
    }

    function draw() {
        for (const svg of charts()) {
            const chart = measures(svg), x = reading ? chart.place(reading.at) : NaN, cross = svg.querySelector('.cross'), figure = svg.closest('figure');
            const text = reading?.texts[figure.dataset.chart] ?? '';
            cross.classList.toggle('shown', x >= chart.left && x <= chart.right);
            cross.setAttribute('x1', x || 0);
            cross.setAttribute('x2', x || 0);
            figure.querySelector('.readout').textContent = text;
            if (reading) {
                svg.setAttribute('aria-valuenow', reading.at);
                svg.setAttribute('aria-valuetext', text);
            }
        }
    }

    // One question at a time: of those that came meanwhile the last one is asked.
    async function ask(place, by) {
        wanted = { place, by };
        if (asking) return;
        asking = true;
        try {
            while (wanted) {
                const { place, by } = wanted;
                const heard = await page.invokeMethodAsync('Read', place, by);
                if (signal.aborted || !wanted) break;
                reading = heard;
                draw();
                if (wanted.place === place && wanted.by === by) wanted = null;
            }
        } finally {
            asking = false;
        }
    }

    function hide() {
        wanted = reading = null;
        draw();
    }

    root.addEventListener('pointermove', event => {
        const svg = event.target instanceof Element ? event.target.closest('figure.chart svg') : null;
        if (!svg) return root.contains(document.activeElement) ? undefined : hide();
        const box = svg.getBoundingClientRect();
        ask(measures(svg).number((event.clientX - box.left) / box.width * svg.viewBox.baseVal.width), 0);
    }, { signal });
    root.addEventListener('pointerleave', () => root.contains(document.activeElement) || hide(), { signal });
    root.addEventListener('keydown', event => {
        const svg = event.target.closest('figure.chart svg');
        if (svg && event.key === 'Escape') return hide();
        if (!svg || !(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        if (!asking) ask(reading?.at ?? Number(svg.dataset.to), keys[event.key]);
    }, { signal });
    root.addEventListener('focusout', event => root.contains(event.relatedTarget) || hide(), { signal });
    // As a job goes on its charts grow, and the place that is marked moves.
    const growing = new MutationObserver(() => reading && draw());
    growing.observe(root, { subtree: true, attributeFilter: ['data-from', 'data-to'] });

    // A picture knows no style sheet of the page: what is drawn takes its looks along.
    function picture(svg) {
        const copy = svg.cloneNode(true), parts = svg.querySelectorAll('*');
        copy.querySelectorAll('*').forEach((part, i) => {
            const look = getComputedStyle(parts[i]);
            for (const name of ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'opacity', 'font-size', 'font-family']) part.style.setProperty(name, look.getPropertyValue(name));
        });
        copy.querySelector('.cross').remove();
        copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
        copy.setAttribute('width', svg.viewBox.baseVal.width);
        copy.setAttribute('height', svg.viewBox.baseVal.height);
        const image = new Image();
        image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
        return image.decode().then(() => image);
    }

    async function save(name) {
        const all = charts(), images = await Promise.all(all.map(picture));
        const columns = Math.min(2, all.length), width = 490, height = 290, scale = 2, look = getComputedStyle(document.body);
        const canvas = document.createElement('canvas');
        canvas.width = columns * width * scale;
        canvas.height = Math.ceil(all.length / columns) * height * scale;
        const paint = canvas.getContext('2d');
        paint.scale(scale, scale);
        paint.fillStyle = look.backgroundColor;
        paint.fillRect(0, 0, canvas.width, canvas.height);
        images.forEach((image, i) => {
            const left = i % columns * width + 15, top = Math.floor(i / columns) * height;
            paint.fillStyle = look.color;
            paint.font = `600 15px ${look.fontFamily}`;
            paint.fillText(all[i].closest('figure').dataset.name, left, top + 24);
            let x = left;
            for (const key of all[i].closest('figure').querySelectorAll('.key')) {
                paint.font = `12px ${look.fontFamily}`;
                paint.fillStyle = getComputedStyle(key.querySelector('i')).backgroundColor;
                paint.fillRect(x, top + 38, 14, 3);
                paint.fillStyle = look.color;
                paint.fillText(key.textContent.trim(), x + 19, top + 43);
                x += 34 + paint.measureText(key.textContent.trim()).width;
            }
            paint.drawImage(image, left, top + 54);
        });
        const link = document.createElement('a');
        link.href = URL.createObjectURL(await new Promise(made => canvas.toBlob(made, 'image/png')));
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }

    return { save, detach: () => { ending.abort(); growing.disconnect(); } };
}
