// The chat page: the composer, staying at the newest text, shortcuts; citation marks are another module's.
import { marks } from './marks.js';

const nearBottom = 40;

export function attach(root, page) {
    const ending = new AbortController();
    const on = (target, type, handler, options = {}) => target.addEventListener(type, handler, { ...options, signal: ending.signal });
    const composer = composing(root, page, on);
    const scroll = following(root, on, ending.signal);
    marks(root, page, on);
    shortcuts(root, page, on);
    on(root, 'click', event => copyCode(event.target.closest('.code-copy'), page));
    return {
        useDraft: key => { composer.use(key); scroll.toBottom(); },
        nameDraft: composer.name,
        put: composer.put,
        toBottom: scroll.toBottom,
        detach: () => ending.abort(),
    };
}

function composing(root, page, on) {
    let key = null, sending = false;
    const field = () => root.querySelector('[data-composer] textarea');
    const fit = () => {
        const box = field();
        if (box) { box.style.height = 'auto'; box.style.height = `${box.scrollHeight}px`; }
    };
    const keep = () => key && (field()?.value ? sessionStorage.setItem(key, field().value) : sessionStorage.removeItem(key));
    const send = async () => {
        const box = field(), text = box?.value ?? '';
        if (sending || !text.trim()) { box?.focus(); return; }
        sending = true;
        box.value = '';
        fit();
        let taken = false;
        try {
            taken = await page.invokeMethodAsync('SendAsync', text);
        } finally {
            sending = false;
            // A refused question is not lost: it comes back, before what was typed since.
            if (!taken) { box.value = [text, box.value].filter(part => part).join('\n'); }
            keep();
            fit();
        }
        if (taken) { root.querySelector('[data-newest]')?.click(); }
    };

    on(root, 'input', event => { if (event.target === field()) { fit(); keep(); } });
    on(root, 'keydown', event => {
        // A key that picks a word of an input method is none of ours; 229 is what some browsers report for it.
        if (event.isComposing || event.keyCode === 229) { return; }
        const edited = event.target.closest('[data-edit]'), inField = event.target === field();
        if (event.key === 'Enter' && !event.shiftKey && (inField || edited)) {
            event.preventDefault();
            if (edited) { edited.querySelector('[data-edit-send]').click(); } else { send(); }
        } else if (event.key === 'Escape' && edited) {
            event.stopPropagation();
            edited.querySelector('[data-edit-cancel]').click();
            field()?.focus();
        } else if (event.key === 'ArrowUp' && inField && field().value === '') {
            [...root.querySelectorAll('[data-edit-question]')].at(-1)?.click();
        }
    });
    on(root, 'click', event => { if (event.target.closest('[data-send]')) { send(); } });
    return {
        put: text => {
            const box = field();
            if (box) { box.value = box.value ? `${box.value}\n${text}` : text; fit(); keep(); box.focus(); }
        },
        // A conversation that was just begun: what is typed by now belongs to it, and nothing to the next new one.
        name: name => {
            sessionStorage.removeItem(key);
            key = `draft:${name}`;
            keep();
        },
        use: name => {
            key = `draft:${name}`;
            const box = field();
            if (box) { box.value = sessionStorage.getItem(key) ?? ''; fit(); box.disabled || box.focus({ preventScroll: true }); }
        },
    };
}

function following(root, on, ended) {
    const area = root.querySelector('[data-scroll]'), column = root.querySelector('[data-column]');
    let atBottom = true, top = 0;
    const toBottom = () => { atBottom = true; area.scrollTop = area.scrollHeight; delete root.dataset.newer; };
    on(area, 'scroll', () => {
        // Away from the bottom is only who scrolled up: text that grew since the last scroll moves the bottom, not the reader.
        if (area.scrollHeight - area.scrollTop - area.clientHeight <= nearBottom) { atBottom = true; delete root.dataset.newer; } else if (area.scrollTop < top) { atBottom = false; }
        top = area.scrollTop;
    });
    let height = 0;
    const begun = new WeakSet(); // cards that were brought to their beginning
    const watch = new ResizeObserver(() => {
        const grew = column.scrollHeight > height;
        height = column.scrollHeight;
        const asked = [...column.querySelectorAll('[data-asks]')].at(-1);
        if (atBottom && asked && !begun.has(asked)) {
            toBottom();
            const card = asked.dataset.asks === 'plan' ? [...column.querySelectorAll('[data-plan]')].at(-1) ?? asked : asked;
            if (card.getBoundingClientRect().top < area.getBoundingClientRect().top) { // it is read from its beginning, also where it grows until that is out of sight
                begun.add(asked);
                card.scrollIntoView({ block: 'start' });
                atBottom = false;
            }
        } else if (atBottom) { toBottom(); } else if (grew && column.querySelector('[aria-busy=true]')) { root.dataset.newer = ''; }
    });
    watch.observe(column);
    watch.observe(area);
    ended.addEventListener('abort', () => watch.disconnect());
    on(root, 'click', event => { if (event.target.closest('[data-newest]')) { toBottom(); } });
    return { toBottom };
}

function shortcuts(root, page, on) {
    // Esc is the page's where it is pressed in the page or nowhere; what lies open on top takes it first.
    const isFree = target => (root.contains(target) || target.contains(root)) && !document.querySelector('dialog[open], [aria-haspopup][aria-expanded=true]');
    on(document, 'keydown', event => {
        const control = event.ctrlKey || event.metaKey;
        if (event.key === 'Escape' && event.shiftKey) {
            event.preventDefault();
            root.querySelector('[data-composer] textarea')?.focus();
        } else if (event.key === 'Escape' && !event.isComposing && !event.defaultPrevented && isFree(event.target)) {
            page.invokeMethodAsync('EscapeAsync');
        } else if (control && event.shiftKey && event.key.toLowerCase() === 'c') {
            const copy = [...root.querySelectorAll('[data-copy-answer]')].at(-1);
            if (copy) { event.preventDefault(); copy.click(); }
        } else if (control && event.key === '/') {
            event.preventDefault();
            page.invokeMethodAsync('ShowShortcutsAsync');
        }
    });
}

async function copyCode(button, page) {
    if (!button) { return; }
    if (!await globalThis.platform.copy(button.parentElement.querySelector('pre').innerText)) { page.invokeMethodAsync('CopyRefused'); return; }
    button.dataset.copied = '';
    setTimeout(() => delete button.dataset.copied, 1500);
}
