// The source viewer's width, by pointer or by arrow keys, remembered in this browser.
const key = 'viewer-width', narrowest = 360, step = 24;

export function attach(viewer) {
    const ending = new AbortController(), { signal } = ending;
    const grip = viewer.querySelector('[data-grip]');
    const set = width => {
        const fitting = Math.round(Math.min(Math.max(width, narrowest), innerWidth * 0.7));
        viewer.style.setProperty('--viewer-width', `${fitting}px`);
        localStorage.setItem(key, fitting);
    };
    const kept = Number(localStorage.getItem(key));
    if (kept) { set(kept); }

    grip.addEventListener('pointerdown', event => {
        event.preventDefault();
        grip.setPointerCapture(event.pointerId);
        const right = viewer.getBoundingClientRect().right;
        const move = at => set(right - at.clientX);
        grip.addEventListener('pointermove', move);
        grip.addEventListener('lostpointercapture', () => grip.removeEventListener('pointermove', move), { once: true });
    }, { signal });
    grip.addEventListener('keydown', event => {
        const by = { ArrowLeft: step, ArrowRight: -step }[event.key];
        if (by) { event.preventDefault(); set(viewer.getBoundingClientRect().width + by); }
    }, { signal });
    return { detach: () => ending.abort() };
}
