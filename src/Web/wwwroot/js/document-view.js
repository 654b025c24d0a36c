// The document viewer: brings the highlighted place into view, and asks for more of the document when an end comes near.
export function attach(root, view) {
    const watch = new IntersectionObserver(entries => {
        for (const entry of entries) {
            if (entry.isIntersecting) { view.invokeMethodAsync('More', entry.target.dataset.more === 'before'); }
        }
    }, { root, rootMargin: '600px' });
    // Until its image is there a sheet says that it is loading. These events do not bubble, but are seen on their way down.
    const ending = new AbortController();
    const say = (image, state) => { const sheet = image.closest?.('.sheet'); if (sheet) { sheet.dataset.image = state; } };
    root.addEventListener('load', event => say(event.target, 'shown'), { capture: true, signal: ending.signal });
    root.addEventListener('error', event => say(event.target, 'failed'), { capture: true, signal: ending.signal });
    root.querySelectorAll('.sheet img').forEach(image => { if (image.complete) { say(image, image.naturalWidth > 0 ? 'shown' : 'failed'); } });
    const observeEnds = () => {
        watch.disconnect();
        root.querySelectorAll('[data-more]').forEach(end => watch.observe(end));
    };
    return {
        observeEnds,
        toHighlight: () => {
            const place = root.querySelector('[data-testid=source-highlight]') ?? root.querySelector('[data-current]');
            if (!place) { return; }
            const at = place.getBoundingClientRect(), frame = root.getBoundingClientRect();
            root.scrollTop += at.top - frame.top - Math.min(frame.height / 3, 160);
            observeEnds();
        },
        detach: () => { watch.disconnect(); ending.abort(); },
    };
}
