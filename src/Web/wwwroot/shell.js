// The shell's few wishes of the browser: theme, language, sidebar, dialogs, copying. No library, no inline script.
(() => {
    "use strict";
    const root = document.documentElement;
    const year = 31536000;

    function remember(name, value) {
        const secure = location.protocol === "https:" ? "; secure" : "";
        document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${value ? year : 0}; samesite=lax${secure}`;
    }

    // The server tells times in the person's zone.
    remember("platform.zone", Intl.DateTimeFormat().resolvedOptions().timeZone ?? "");

    function setTheme(theme) {
        const fixed = theme === "light" || theme === "dark";
        if (fixed) root.dataset.theme = theme; else delete root.dataset.theme;
        remember("platform.theme", fixed ? theme : "");
        showChoices();
    }

    function setLanguage(language) {
        remember("platform.language", language);
        location.reload();
    }

    function toggleSidebar() {
        const icons = root.dataset.sidebar !== "icons";
        if (icons) root.dataset.sidebar = "icons"; else delete root.dataset.sidebar;
        remember("platform.sidebar", icons ? "icons" : "");
        showChoices();
    }

    function setDrawer(open) {
        if (open) root.dataset.drawer = "open"; else delete root.dataset.drawer;
        if (open) document.querySelector(".sidebar a, .sidebar button")?.focus();
        showChoices();
    }

    // Puts a text where the cursor stands, as if it were typed there.
    function insert(box, text) {
        box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.focus();
    }

    // Buttons tell what is chosen to those who cannot see it.
    function showChoices() {
        for (const button of document.querySelectorAll("[data-set-theme]")) {
            button.setAttribute("aria-pressed", String(button.dataset.setTheme === (root.dataset.theme ?? "system")));
        }
        for (const button of document.querySelectorAll("[data-toggle-sidebar]")) {
            button.setAttribute("aria-expanded", String(root.dataset.sidebar !== "icons"));
        }
        for (const button of document.querySelectorAll("[data-open-drawer]")) {
            button.setAttribute("aria-expanded", String(root.dataset.drawer === "open"));
        }
    }

    document.addEventListener("click", event => {
        const target = event.target instanceof Element ? event.target.closest("[data-set-theme],[data-set-language],[data-toggle-sidebar],[data-open-drawer],[data-close-drawer],[data-reload],[data-insert]") : null;
        if (target?.dataset.setTheme) setTheme(target.dataset.setTheme);
        else if (target?.dataset.setLanguage) setLanguage(target.dataset.setLanguage);
        else if (target?.hasAttribute("data-toggle-sidebar")) toggleSidebar();
        else if (target?.hasAttribute("data-open-drawer")) setDrawer(true);
        else if (target?.hasAttribute("data-close-drawer")) setDrawer(false);
        else if (target?.hasAttribute("data-reload")) location.reload();
        else if (target?.dataset.insert) insert(document.getElementById(target.dataset.into), target.dataset.insert);

        if (root.dataset.drawer && event.target instanceof Element && event.target.closest(".sidebar a")) setDrawer(false);
        const chosen = event.target instanceof Element ? event.target.closest("details.popup [role=menuitem]") : null;
        for (const menu of document.querySelectorAll("details.popup[open]")) {
            if (chosen && menu.contains(chosen)) { menu.open = false; menu.querySelector("summary").focus(); }
            else if (!menu.contains(event.target)) menu.open = false;
        }
    });

    // A menu that would leave the window opens upwards; who came by the keyboard stands in it at once.
    document.addEventListener("toggle", event => {
        const popup = event.target;
        if (!(popup instanceof Element) || !popup.matches("details.popup-menu")) return;
        popup.classList.remove("up");
        if (!popup.open) return;
        popup.classList.toggle("up", popup.querySelector(".menu").getBoundingClientRect().bottom > innerHeight - 8);
        popup.querySelector("[role=menuitem]")?.focus();
    }, true);

    // Arrow keys walk through the entries of a menu and through tabs, as the keys of a list do.
    function walk(event) {
        const here = document.activeElement;
        const list = here?.closest("details.popup-menu[open] [role=menu], [role=tablist]");
        if (!list) return;
        const isMenu = list.getAttribute("role") === "menu";
        const entries = [...list.querySelectorAll(isMenu ? "[role=menuitem]:not(:disabled)" : "[role=tab]")];
        const at = entries.indexOf(here);
        const next = { [isMenu ? "ArrowDown" : "ArrowRight"]: at + 1, [isMenu ? "ArrowUp" : "ArrowLeft"]: at - 1, Home: 0, End: entries.length - 1 }[event.key];
        if (isMenu && event.key === "Tab") list.closest("details").open = false;
        if (next === undefined || at < 0) return;
        event.preventDefault();
        const entry = entries.at(next % entries.length);
        entry.focus();
        entry.scrollIntoView({ block: "nearest", inline: "nearest" });
        if (!isMenu) entry.click();
    }

    document.addEventListener("keydown", event => {
        walk(event);
        if (event.key === "Escape") {
            const menu = document.querySelector("details.popup[open]");
            if (menu) { event.preventDefault(); menu.open = false; menu.querySelector("summary").focus(); }
            else if (root.dataset.drawer) { event.preventDefault(); setDrawer(false); document.querySelector("[data-open-drawer]")?.focus(); }
        }
        if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target instanceof HTMLTextAreaElement && event.target.closest("dialog") && event.target.form) {
            event.preventDefault();
            event.target.dispatchEvent(new Event("change", { bubbles: true })); // what is written counts before it is sent
            if (!event.repeat) event.target.form.querySelector("[type=submit]")?.click(); // as who presses the button: one that is disabled sends nothing
        }
        if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "s") {
            event.preventDefault();
            toggleSidebar();
        }
        if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
            const search = document.querySelector("[data-search-chats]");
            if (search) {
                event.preventDefault();
                if (root.dataset.sidebar === "icons") toggleSidebar();
                if (getComputedStyle(search).visibility === "hidden") setDrawer(true);
                search.focus();
            }
        }
        if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "o") {
            const start = document.querySelector("[data-testid=new-chat]");
            if (start) { event.preventDefault(); start.click(); }
        }
    });

    // Whether it was copied. Over plain http from another computer there is no navigator.clipboard: there what is selected is copied.
    async function copy(text) {
        try {
            await navigator.clipboard.writeText(text);
            return true;
        } catch {
            return copySelected(text);
        }
    }

    function copySelected(text) {
        const focused = document.activeElement;
        const box = document.createElement("textarea");
        box.className = "visually-hidden";
        box.value = text;
        // All but an open dialog is deaf to the focus.
        ([...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body).append(box);
        box.focus({ preventScroll: true });
        box.select();
        try {
            return document.execCommand("copy");
        } catch {
            return false;
        } finally {
            box.remove();
            focused?.focus({ preventScroll: true });
        }
    }

    // What only a page knows becomes a file on the person's disk.
    async function save(name, stream) {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob([await stream.arrayBuffer()], { type: "application/octet-stream" }));
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }

    // Whoever opened a dialog stands in its first field.
    function openDialog(dialog) {
        if (!dialog.open) dialog.showModal();
        showToasts(true);
        const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector("input:not([type=hidden]):not(:disabled), textarea, select") ?? dialog.querySelector("button:not(:disabled)");
        first?.focus();
        if (first?.matches("input:not([type])") && first.scrollWidth > first.clientWidth) {
            first.setSelectionRange(0, 0);
            first.scrollLeft = 0; // a long name shows how it begins
        }
    }

    // Notices stand above an open dialog: in the layer that was opened last.
    function showToasts(again) {
        const list = document.querySelector(".toasts");
        if (!list?.showPopover) return;
        const any = list.childElementCount > 0;
        if (list.matches(":popover-open") && (again || !any)) list.hidePopover();
        if (any && !list.matches(":popover-open")) list.showPopover();
    }

    window.platform = {
        ...window.platform,
        copy,
        openDialog,
        save,
        reveal: place => place.scrollIntoView({ block: "nearest" }),
        showToasts,
        timeZone: () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "",
        closeDialog: dialog => { if (dialog.open) dialog.close(); },
        showChoices,
        antiforgeryToken: () => document.querySelector("meta[name=antiforgery-token]")?.content ?? "",
    };

    // A server that was restarted does not know this page any more. All that matters is stored, so the page opens anew
    // as soon as the server answers; only typed text that would be lost keeps it, and the button is there then.
    // Whose session ended while the line was cut is not let back in, however often the page tries: it opens anew as well.
    function watchConnection() {
        const bar = document.getElementById("components-reconnect-modal");
        let waiting = 0;
        new MutationObserver(() => {
            const away = /components-reconnect-(show|retrying|failed|rejected)/.test(bar.className);
            if (away && !waiting) waiting = setInterval(() => openAnew(/components-reconnect-(failed|rejected)/.test(bar.className)), 1000);
            else if (!away && waiting) waiting = clearInterval(waiting) ?? 0;
        }).observe(bar, { attributes: true, attributeFilter: ["class"] });
    }

    async function openAnew(lost) {
        if ([...document.querySelectorAll("textarea")].some(box => box.value.trim() !== "")) return;
        const answer = await fetch(lost ? "/health/live" : location.pathname, { method: lost ? "GET" : "HEAD", cache: "no-store" }).catch(() => null);
        if (lost ? answer?.ok : answer?.status === 401) location.reload();
    }

    document.addEventListener("DOMContentLoaded", () => {
        showChoices();
        watchConnection();
    });
})();
