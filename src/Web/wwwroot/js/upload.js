// Uploads over HTTP, outside the circuit: a queue with a few requests at a time, bytes counted as they go. The page is told in batches.
const atOnce = 3, tellEvery = 200, tellAtMost = 100;
// Kinds that no reader takes: refused before a byte is sent. All else is judged by its content on the server.
const refused = /\.(exe|dll|so|msi|zip|7z|rar|gz|tar|jar|iso|png|jpe?g|gif|webp|bmp|tiff?|heic|ico|mp[34]|m4a|wav|flac|mov|avi|mkv|webm|doc|xls|ppt|pptx|odt|ods|odp|pages|numbers|key|psd|ttf|woff2?)$/i;

// One queue a base, for as long as the browser's page lives: leaving the base's page in between changes nothing.
const queues = new Map();
addEventListener('beforeunload', event => { if ([...queues.values()].some(queue => queue.busy())) { event.preventDefault(); } });

export function attach(root, page, address, limit) {
    const ending = new AbortController(), on = (target, type, handler) => target.addEventListener(type, handler, { signal: ending.signal });
    if (!queues.has(address)) { queues.set(address, uploads(address, limit)); }
    const queue = queues.get(address);
    queue.listen(page);
    on(root, 'change', event => {
        if (event.target.matches('input[type=file]')) { queue.add([...event.target.files]); event.target.value = ''; }
    });
    drops(root, on, queue.add);
    const { decide, cancel, again, forget } = queue;
    return { decide, cancel, again, forget, detach: () => { ending.abort(); queue.leave(page); } };
}

function uploads(address, limit) {
    const files = new Map(), waiting = [], changed = new Set();
    let page = null, running = 0, next = 1, forAll = null, telling = null;

    const tell = item => { changed.add(item); if (page) { telling ??= setTimeout(flush, tellEvery); } };
    const flush = async () => {
        telling = null;
        const batch = [...changed].slice(0, tellAtMost), listener = page;
        batch.forEach(item => changed.delete(item));
        try {
            await listener.invokeMethodAsync('Uploaded', batch.map(({ key, name, size, sent, state, code, message }) => ({ key, name, size, sent, state, code, message })));
            batch.filter(item => item.state === 'taken').forEach(item => files.delete(item.key));
        } catch {
            // The line is down for the moment; the upload is not. What was to be told is told later.
            batch.forEach(item => changed.add(item));
        }
        if (changed.size && page) { telling ??= setTimeout(flush, tellEvery); }
    };

    const add = list => {
        for (const file of list) {
            const item = { key: next++, file, name: file.name, size: file.size, sent: 0, state: 'waiting', code: '', message: '' };
            files.set(item.key, item);
            if (file.size > limit) { fail(item, 'too_large'); }
            else if (file.size === 0) { fail(item, 'empty'); }
            else if (refused.test(file.name)) { fail(item, 'unsupported'); }
            else { waiting.push(item); tell(item); }
        }
        pump();
    };
    const fail = (item, code, message = '') => { Object.assign(item, { state: 'failed', code, message }); tell(item); };
    const pump = () => { while (running < atOnce && waiting.length) { send(waiting.shift(), forAll ?? 'ask'); } };

    const send = (item, choice) => {
        running++;
        const request = new XMLHttpRequest();
        Object.assign(item, { request, state: 'sending', sent: 0 });
        request.open('POST', `${address}?name=${encodeURIComponent(item.name)}&choice=${choice}`);
        request.setRequestHeader('RequestVerificationToken', globalThis.platform.antiforgeryToken());
        request.setRequestHeader('Content-Type', 'application/octet-stream');
        request.upload.onprogress = event => { item.sent = event.loaded; tell(item); };
        request.onloadend = () => { running--; item.request = null; settle(item, request); pump(); if (!running && !waiting.length) { forAll = null; } };
        request.send(item.file);
        tell(item);
    };
    const settle = (item, request) => {
        if (item.state === 'cancelled') { return; }
        const body = parsed(request.responseText);
        if (request.status === 409 && body?.error?.code === 'already_exists') {
            if (forAll) { waiting.push(item); } else { Object.assign(item, { state: 'duplicate', message: body.existing?.name ?? item.name }); tell(item); }
        } else if (request.status >= 200 && request.status < 300) {
            Object.assign(item, { state: body?.outcome === 'skipped' ? 'skipped' : 'taken', sent: item.size, file: null });
            tell(item);
        } else {
            fail(item, body?.error?.code ?? (request.status ? `http_${request.status}` : 'network'), body?.error?.message ?? '');
        }
    };

    return {
        add,
        busy: () => running + waiting.length > 0,
        listen: listener => { page = listener; files.forEach(tell); },
        leave: listener => { if (page === listener) { page = null; } },
        decide: (key, choice, all) => {
            if (all) { forAll = choice; }
            for (const item of files.values()) {
                if (item.state === 'duplicate' && (all || item.key === key)) { item.state = 'waiting'; all ? waiting.push(item) : send(item, choice); }
            }
            pump();
        },
        cancel: key => {
            const item = files.get(key), at = waiting.indexOf(item);
            if (!item) { return; }
            if (at >= 0) { waiting.splice(at, 1); }
            item.state = 'cancelled';
            item.request?.abort();
            tell(item);
        },
        again: key => {
            const item = files.get(key);
            if (item?.file) { Object.assign(item, { state: 'waiting', code: '', message: '' }); waiting.push(item); tell(item); pump(); }
        },
        forget: keys => keys.forEach(key => files.delete(key)),
    };
}

// A drop anywhere on the page, files and folders.
function drops(root, on, add) {
    let depth = 0;
    const holdsFiles = event => event.dataTransfer?.types.includes('Files');
    const show = shown => { if (shown) { root.dataset.dropping = ''; } else { delete root.dataset.dropping; } };
    on(window, 'dragenter', event => { if (holdsFiles(event)) { depth++; show(true); } });
    on(window, 'dragleave', event => { if (holdsFiles(event) && --depth <= 0) { depth = 0; show(false); } });
    on(window, 'dragover', event => { if (holdsFiles(event)) { event.preventDefault(); event.dataTransfer.dropEffect = 'copy'; } });
    on(window, 'drop', async event => {
        if (!holdsFiles(event)) { return; }
        event.preventDefault();
        depth = 0;
        show(false);
        // Entries must be taken before the first wait: the list is empty afterwards.
        const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean), plain = [...event.dataTransfer.files];
        add(entries.length ? (await Promise.all(entries.map(within))).flat() : plain);
    });
}

async function within(entry) {
    if (entry.isFile) { return [await new Promise((found, failed) => entry.file(found, failed))]; }
    const reader = entry.createReader(), found = [];
    for (;;) {
        const some = await new Promise((read, failed) => reader.readEntries(read, failed));
        if (!some.length) { return found; }
        found.push(...(await Promise.all(some.filter(one => !one.name.startsWith('.')).map(within))).flat());
    }
}

function parsed(text) {
    try { return JSON.parse(text); } catch { return null; }
}
