// Entries of a list change places: dragged by a handle (`[data-handle]`, with mouse, pen or finger), or moved with the arrow keys on it.
// Tells the page the entry's `data-id` and the place, from 0, that it is to have.
export function attach(list, page) {
    const ending = new AbortController();
    const on = (type, handler) => list.addEventListener(type, handler, { signal: ending.signal });
    const entries = () => [...list.children];
    const entryOf = node => node.closest?.('[data-handle]')?.closest('[data-id]');
    let dragged = null, pointer = null, place = -1;

    const end = () => {
        dragged?.classList.remove('dragged');
        entries().forEach(entry => entry.style.transform = '');
        dragged = null;
    };
    on('pointerdown', event => {
        const entry = event.button === 0 ? entryOf(event.target) : null;
        if (!entry) { return; }
        event.preventDefault();
        event.target.closest('[data-handle]').focus();
        [dragged, pointer, place] = [entry, { id: event.pointerId, y: event.clientY }, entries().indexOf(entry)];
        list.setPointerCapture(event.pointerId);
        entry.classList.add('dragged');
    });
    on('pointermove', event => {
        if (!dragged || event.pointerId !== pointer.id) { return; }
        const all = entries(), from = all.indexOf(dragged), by = event.clientY - pointer.y;
        dragged.style.transform = `translateY(${by}px)`;
        const middle = dragged.offsetTop + dragged.offsetHeight / 2 + by;
        place = all.filter(entry => entry !== dragged && entry.offsetTop + entry.offsetHeight / 2 < middle).length;
        all.forEach((entry, at) => {
            if (entry === dragged) { return; }
            const shift = at > from && at <= place ? -dragged.offsetHeight : at < from && at >= place ? dragged.offsetHeight : 0;
            entry.style.transform = shift ? `translateY(${shift}px)` : '';
        });
    });
    on('pointerup', event => {
        if (!dragged || event.pointerId !== pointer.id) { return; }
        const [id, from] = [dragged.dataset.id, entries().indexOf(dragged)];
        end();
        if (place !== from) { page.invokeMethodAsync('MoveAsync', id, place); }
    });
    on('pointercancel', end);
    on('keydown', event => {
        const entry = entryOf(event.target), by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!entry || !by) { return; }
        event.preventDefault();
        const to = entries().indexOf(entry) + by;
        if (to >= 0 && to < entries().length) { page.invokeMethodAsync('MoveAsync', entry.dataset.id, to); }
    });
    return { detach: () => ending.abort() };
}
