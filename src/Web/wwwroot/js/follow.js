// Keeps the end of what is being written in sight, as long as whoever reads stands there.
export function attach(root) {
    const near = 40;
    let atEnd = true;
    const watch = new MutationObserver(() => { if (atEnd) root.scrollTop = root.scrollHeight; });
    const look = () => { atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < near; };
    root.addEventListener('scroll', look, { passive: true });
    watch.observe(root, { childList: true, subtree: true, characterData: true });
    return { detach: () => { watch.disconnect(); root.removeEventListener('scroll', look); } };
}
