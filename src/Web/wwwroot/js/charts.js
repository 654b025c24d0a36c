// The charts of a group: the place under the pointer is marked in all of them with its numbers, and all are saved as one picture.
export function attach(root) {
    const ending = new AbortController();
    const charts = () => [...root.querySelectorAll('figure.chart svg')];
    const format = new Intl.NumberFormat(document.documentElement.lang || undefined, { maximumSignificantDigits: 5 });

    // A chart's own measures, as the page wrote them.
    function measures(svg) {
        const [left, right, top, bottom] = svg.dataset.frame.split(' ').map(Number);
        const { width, height } = svg.viewBox.baseVal;
        const [from, to, low, high] = ['from', 'to', 'low', 'high'].map(name => Number(svg.dataset[name]));
        const share = y => (height - bottom - y) / (height - top - bottom);
        return {
            left, right: width - right, width,
            number: x => from + (x - left) / (width - left - right) * (to - from),
            place: value => left + (value - from) / (to - from) * (width - left - right),
            value: y => svg.dataset.log ? low * (high / low) ** share(y) : low + share(y) * (high - low),
        };
    }

    const points = path => [...(path.getAttribute('d') ?? '').matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(found => [Number(found[1]), Number(found[2])]);

    function show(svg, value) {
        const chart = measures(svg), x = chart.place(value);
        const inside = x >= chart.left && x <= chart.right;
        const cross = svg.querySelector('.cross'), text = svg.closest('figure').querySelector('.readout');
        cross.classList.toggle('shown', inside);
        text.textContent = '';
        if (!inside) return;
        cross.setAttribute('x1', x);
        cross.setAttribute('x2', x);
        const told = [...svg.querySelectorAll('path.line')].flatMap(path => {
            const near = points(path).reduce((best, point) => !best || Math.abs(point[0] - x) < Math.abs(best[0] - x) ? point : best, null);
            return near ? [`${path.dataset.label} ${format.format(chart.value(near[1]))}`] : [];
        });
        text.textContent = [format.format(Math.round(value * 100) / 100), ...told].join(' · ');
    }

    function hide() {
        for (const svg of charts()) {
            svg.querySelector('.cross').classList.remove('shown');
            svg.closest('figure').querySelector('.readout').textContent = '';
        }
    }

    root.addEventListener('pointermove', event => {
        const svg = event.target instanceof Element ? event.target.closest('figure.chart svg') : null;
        if (!svg) return hide();
        const box = svg.getBoundingClientRect(), chart = measures(svg);
        const value = chart.number((event.clientX - box.left) / box.width * chart.width);
        for (const one of charts()) show(one, value);
    }, { signal: ending.signal });
    root.addEventListener('pointerleave', hide, { signal: ending.signal });

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

    return { save, detach: () => ending.abort() };
}
