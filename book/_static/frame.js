// The frame of a page in place of the theme's scripts: light and dark, search, sidebars, menus, where we are.
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } };

  const paint = (mode) => {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    keep("mode", mode);
    keep("theme", root.dataset.theme);
  };
  const colours = () => {
    paint(root.dataset.mode || "auto");
    dark.addEventListener("change", () => { if (root.dataset.mode === "auto") paint("auto"); });
    const next = { auto: "light", light: "dark", dark: "auto" };
    all(".theme-switch-button").forEach((button) => button.addEventListener("click", () => paint(next[root.dataset.mode] || "auto")));
  };

  const search = () => {
    const box = document.querySelector(".search-button__wrapper");
    if (!box) return;
    const input = box.querySelector("input");
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", "Search");
    let from = null;
    const show = (yes) => {
      if (yes) from = document.activeElement;
      box.classList.toggle("show", yes);
      if (yes) { input.focus(); input.select(); } else if (from) from.focus();
    };
    all(".search-button__button").forEach((button) => button.addEventListener("click", () => show(true)));
    box.querySelector(".search-button__overlay").addEventListener("click", () => show(false));
    addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); show(!box.classList.contains("show")); }
      else if (event.key === "Escape" && box.classList.contains("show")) show(false);
    });
    if (/Mac|iP(hone|ad)/.test(navigator.userAgent)) all(".kbd-shortcut__modifier").forEach((key) => { if (key.textContent === "Ctrl") key.textContent = "⌘"; });
  };

  const sidebar = (name) => {
    const button = document.querySelector(`.${name}-toggle`), box = document.querySelector(`.bd-sidebar-${name}`);
    const state = document.getElementById(`pst-${name}-sidebar-checkbox`);
    if (!button || !box || !state) return;
    button.addEventListener("click", () => {
      state.checked = !state.checked;
      const first = box.querySelector("a, button");
      if (first && getComputedStyle(box).visibility !== "hidden") setTimeout(() => first.focus(), 100);
    });
    box.addEventListener("keydown", (event) => { if (event.key === "Escape") { state.checked = false; button.focus(); } });
    state.addEventListener("change", () => { if (!state.checked) button.focus(); });
  };

  const menus = () => {
    const buttons = all("[data-bs-toggle=dropdown]");
    const set = (button, open) => {
      button.setAttribute("aria-expanded", String(open));
      button.nextElementSibling.classList.toggle("show", open);
    };
    buttons.forEach((button) => button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      buttons.forEach((other) => set(other, open && other === button));
    }));
    addEventListener("click", (event) => { if (!event.target.closest(".dropdown")) buttons.forEach((button) => set(button, false)); });
    addEventListener("keydown", (event) => {
      const open = buttons.find((button) => button.getAttribute("aria-expanded") === "true");
      if (!open) return;
      const items = all("a, button", open.nextElementSibling), at = items.indexOf(document.activeElement);
      if (event.key === "Escape") { set(open, false); open.focus(); }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % items.length].focus();
      }
    });
  };

  // The heading that was last passed is marked in the contents of the page.
  const whereWeAre = () => {
    const links = new Map(all(".bd-toc-nav a[href^='#']").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    if (!links.size) return;
    const inView = new Set();
    const watch = new IntersectionObserver((entries) => {
      entries.forEach((entry) => inView[entry.isIntersecting ? "add" : "delete"](entry.target));
      const here = [...inView].sort((a, b) => (a.contains(b) ? 1 : -1))[0];
      links.forEach((link, id) => {
        const on = here && here.id === id;
        link.classList.toggle("active", Boolean(on));
        if (on) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
      });
    }, { rootMargin: "-15% 0px -80% 0px" });
    all(".bd-article section[id]").forEach((section) => { if (links.has(section.id)) watch.observe(section); });
  };

  document.addEventListener("DOMContentLoaded", () => {
    colours();
    search();
    ["primary", "secondary"].forEach(sidebar);
    menus();
    whereWeAre();
  });
})();
