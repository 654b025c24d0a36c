// What a pointer does on a citation mark: a card beside it, and its source at a click.
const hoverDelay = 150, leaveDelay = 220;

export function attach(root, page) {
    const ending = new AbortController();
    marks(root, page, (target, type, handler, options = {}) => target.addEventListener(type, handler, { ...options, signal: ending.signal }));
    return { detach: () => ending.abort() };
}

export function marks(root, page, on) {
    let showing = null, hiding = null, shown = null;
    const markOf = node => node.closest?.('button[data-testid=citation]');
    const show = mark => {
        clearTimeout(showing); clearTimeout(hiding);
        if (shown === mark) { return; }
        showing = setTimeout(() => {
            const at = mark.getBoundingClientRect();
            shown = mark;
            page.invokeMethodAsync('ShowCard', mark.closest('[data-message]').dataset.message, Number(mark.dataset.n),
                { left: at.left, top: at.top, bottom: at.bottom, windowWidth: innerWidth, windowHeight: innerHeight });
        }, hoverDelay);
    };
    const hide = delay => {
        clearTimeout(showing); clearTimeout(hiding);
        if (shown) { hiding = setTimeout(() => { shown = null; page.invokeMethodAsync('HideCardSoon'); }, delay); }
    };

    on(root, 'pointerover', event => {
        if (event.pointerType !== 'mouse') { return; }
        const mark = markOf(event.target);
        if (mark) { show(mark); } else if (event.target.closest('[data-card]')) { clearTimeout(hiding); } else { hide(leaveDelay); }
    });
    on(root, 'pointerleave', () => hide(leaveDelay));
    on(root, 'focusin', event => { const mark = markOf(event.target); if (mark) { show(mark); } });
    on(root, 'focusout', event => { if (markOf(event.target) && !event.relatedTarget?.closest('[data-card]')) { hide(leaveDelay); } });
    on(root.querySelector('[data-scroll]') ?? root.closest('main'), 'scroll', () => { if (shown) { hide(0); } });
    on(root, 'click', event => {
        const mark = markOf(event.target);
        if (!mark) { return; }
        clearTimeout(showing);
        shown = null;
        page.invokeMethodAsync('OpenMark', mark.closest('[data-message]').dataset.message, Number(mark.dataset.n));
    });
}
