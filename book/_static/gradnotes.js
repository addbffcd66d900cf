// The switch of a chapter, the filter of the page Claims, terms, scrolling regions, the link to a hub.
// Everything is shown without this file.
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const kept = { get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } } };

  // Anchors inside folded sections.
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    if (target) target.scrollIntoView();
  };

  // "main line" folds what stands under Further, "everything" opens it; remembered for the next chapter.
  const show = (how) => {
    all("details.gn-beat").forEach((box) => { box.open = how === "all"; });
    all(".gn-switch button").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.show === how)));
  };
  const chapter = () => {
    show(kept.get("gn-show") === "all" ? "all" : "main");
    all(".gn-switch button").forEach((button) => button.addEventListener("click", () => {
      kept.set("gn-show", button.dataset.show);
      whole();
      show(button.dataset.show);
    }));
  };

  // What scrolls sideways can be reached and scrolled with the keyboard. Measured in idle moments, all reading before any
  // writing; again when something unfolds.
  const SCROLLS = ".bd-article pre, .bd-article mjx-container[display=true], .bd-article .output, .pst-scrollable-table-container";
  const idle = window.requestIdleCallback || ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 50));
  const mark = (box, scrolls, k) => {
    const plain = box.tagName === "DIV"; // code and formulas say what they are
    if (scrolls && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.dataset.reach = "";
      if (plain) { box.setAttribute("role", "region"); box.setAttribute("aria-label", `Wide table ${k + 1}`); }
    } else if (!scrolls && "reach" in box.dataset) {
      for (const name of ["tabindex", "data-reach", ...(plain ? ["role", "aria-label"] : [])]) box.removeAttribute(name);
    }
  };
  const reachable = () => {
    const boxes = all(SCROLLS), seen = [];
    delete document.documentElement.dataset.reachable;
    const some = (time) => {
      do {
        const box = boxes.shift();
        if (box) seen.push([box, box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1]);
      } while (boxes.length && time.timeRemaining() > 4);
      if (boxes.length) { idle(some); return; }
      seen.forEach(([box, scrolls], k) => mark(box, scrolls, k));
      document.documentElement.dataset.reachable = "";
    };
    idle(some);
  };

  // On a telephone the style sheet leaves far sections for later. Their heights are measured in idle moments, so that a jump
  // knows where its end is; one that comes earlier, or another width, lays out everything at once.
  const whole = () => document.documentElement.classList.add("gn-whole");
  const heights = (after) => {
    const sections = all(".bd-article > section > section").filter((s) => getComputedStyle(s).contentVisibility === "auto");
    const left = [...sections], found = [];
    const some = (time) => {
      do {
        const section = left.shift(), last = section && section.lastElementChild;
        if (!last) break;
        const end = last.getBoundingClientRect().bottom + parseFloat(getComputedStyle(last).marginBottom);
        found.push(`auto ${end - section.getBoundingClientRect().top}px`);
      } while (time.timeRemaining() > 8);
      if (left.length) { idle(some); return; }
      found.forEach((height, k) => { sections[k].style.containIntrinsicHeight = height; });
      measured = true;
      after();
    };
    idle(some);
  };
  let measured = false, broad = innerWidth;

  // The definition of a term, while it is pointed at or has the focus.
  const terms = () => {
    let tip = null;
    const close = () => { if (tip) { tip.of.removeAttribute("aria-describedby"); tip.remove(); tip = null; } };
    const open = (link) => {
      close();
      tip = Object.assign(document.createElement("div"), { className: "gn-tip", id: "gn-tip", textContent: link.dataset.definition, of: link });
      tip.setAttribute("role", "tooltip");
      (document.querySelector("main") || document.body).append(tip);
      const box = link.getBoundingClientRect(), frame = tip.offsetParent.getBoundingClientRect();
      tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8)) - frame.left}px`;
      const above = box.bottom + tip.offsetHeight + 8 > innerHeight;
      tip.style.top = `${(above ? box.top - tip.offsetHeight - 4 : box.bottom + 4) - frame.top}px`;
      link.setAttribute("aria-describedby", "gn-tip");
    };
    all("a.gn-term").forEach((link) => {
      link.addEventListener("mouseenter", () => open(link));
      link.addEventListener("focus", () => open(link));
      link.addEventListener("mouseleave", () => setTimeout(() => { if (tip && tip.of === link && !tip.matches(":hover")) close(); }, 150));
      link.addEventListener("blur", close);
    });
    addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  };

  // The filter of the claims.
  const filter = () => {
    const form = document.querySelector(".gn-filter");
    if (!form) return;
    form.hidden = false;
    const rows = all("span.gn-id").map((mark) => [mark.closest("tr"), mark.dataset]);
    const update = () => {
      const want = Object.fromEntries(all("select", form).map((s) => [s.dataset.filter, s.value]));
      let shown = 0;
      for (const [row, data] of rows) {
        const fits = (!want.source || data.source === want.source) && (!want.status || data.status === want.status)
          && (!want.chapter || data.chapters.split(" ").includes(want.chapter));
        row.hidden = !fits;
        shown += fits;
      }
      form.querySelector("output").textContent = `${shown} of ${rows.length} rows`;
    };
    form.addEventListener("change", update);
    update();
  };

  // The link that opens a chapter on the reader's own JupyterHub.
  const hub = () => {
    const form = document.querySelector(".gn-hub");
    if (!form) return;
    const repository = form.dataset.repository, name = repository.split("/").pop();
    const [address, choice, out] = [form.querySelector("input"), form.querySelector("select"), form.querySelector("output")];
    const wanted = new URLSearchParams(location.search).get("chapter");
    all(".bd-docs-nav a[href*='notebooks/']").forEach((link) => {
      const stem = link.getAttribute("href").split("/").pop().replace(".html", "");
      choice.add(new Option(link.textContent, stem, false, stem === wanted));
    });
    const update = () => {
      if (!address.value || !address.checkValidity()) { out.textContent = "Type the address to get the link."; return; }
      const link = `${address.value.replace(/\/+$/, "")}/hub/user-redirect/git-pull?repo=${encodeURIComponent(repository)}&branch=main`
        + `&urlpath=${encodeURIComponent(`lab/tree/${name}/notebooks/${choice.value}.ipynb`)}`;
      out.replaceChildren(Object.assign(document.createElement("a"), { href: link, textContent: link }));
    };
    form.addEventListener("input", update);
    form.addEventListener("submit", (event) => event.preventDefault());
    update();
  };

  document.addEventListener("DOMContentLoaded", () => {
    chapter();
    filter();
    terms();
    hub();
    addEventListener("hashchange", unfold);
    if (location.hash) { whole(); unfold(); }
    const early = (event) => { if (!measured && (event.type === "keydown" || event.target.closest("a[href^='#']"))) whole(); };
    for (const event of ["click", "keydown"]) document.addEventListener(event, early, true);
    addEventListener("resize", () => { if (innerWidth !== broad) whole(); });
    if (document.readyState === "complete") heights(reachable); else addEventListener("load", () => heights(reachable));
    let soon = 0;
    const again = () => { clearTimeout(soon); soon = setTimeout(reachable, 100); };
    addEventListener("resize", again);
    document.addEventListener("toggle", ({ target }) => {
      const section = measured && target.closest(".bd-article > section > section");
      if (section) section.style.contentVisibility = "visible"; // its height is another now
      again();
    }, true);
    document.addEventListener("click", (event) => { if (event.target.closest(".toggle-button, .admonition.toggle > .admonition-title")) again(); });
    addEventListener("beforeprint", () => all("details").forEach((box) => { box.open = true; }));
  });
})();
