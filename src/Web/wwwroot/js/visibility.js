// Tells a page when its tab is hidden and when it is shown again: what nobody looks at need not be asked for.
export function attach(root, page) {
    const ending = new AbortController();
    document.addEventListener('visibilitychange', () => page.invokeMethodAsync('Seen', document.visibilityState === 'visible'), { signal: ending.signal });
    return { detach: () => ending.abort() };
}
