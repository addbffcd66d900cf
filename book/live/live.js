// What the live figures share: they read the stored numbers and the native controls, redraw while a control moves,
// and announce one sentence when it rests. `live(name, build)`: build(data, ui) returns show(at), see `refresh`.
(() => {
  "use strict";
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // "-0.0021": never "-0.0000", never an exponent in sight of the reader
  const fixed = (x, digits = 4) => {
    const text = x.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  };

  function start(root, build) {
    const data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    const find = (what) => root.querySelector(what);
    const made = (tag, text, scope) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (scope) element.scope = scope;
      return element;
    };
    const all = (name) => [...root.querySelectorAll(`[data-live="${name}"]`)];
    const body = find(".gn-live-body"), plot = find(".gn-live-plot"), output = find("output");
    const rows = Object.fromEntries(data.controls.map((row) => [row.name, row]));
    const fields = data.controls.filter((row) => row.kind !== "button").map((row) => row.name);
    let shown, width = 0;

    const index = (name) => Number(rows[name].kind === "radio" ? all(name).find((b) => b.checked).value : all(name)[0].value);
    const set = (name, k) => {
      if (rows[name].kind === "radio") all(name)[k].checked = true;
      else all(name)[0].value = k;
    };
    const at = () => {
      const state = { k: {} };
      for (const name of fields) {
        state.k[name] = index(name);
        state[name] = rows[name].values.length ? rows[name].values[state.k[name]] : state.k[name];
      }
      return state;
    };
    const ui = {
      root, still, fixed, at, rows,
      style: { fontSize: "13px", background: "none", overflow: "visible", maxWidth: "100%" },
      set(name, k) { set(name, k); },
      last(name, k) { all(name)[0].max = k; },
      able(name, yes) { all(name).forEach((field) => { field.disabled = !yes; }); },
      name(name, text) { all(name)[0].textContent = text; },
      press(name, act) { all(name)[0].addEventListener("click", act); },
      refresh, // after a change of several controls at once
    };

    function draw() {
      const space = plot.clientWidth;
      const side = shown.pictures.length > 1 && space >= 560 ? Math.floor(space / 2) - 9 : space;
      const drawn = shown.pictures.map(({ label, paint }) => {
        const svg = paint(Math.max(240, side));
        for (const part of svg.querySelectorAll("[aria-label], [aria-description]")) {
          part.removeAttribute("aria-label");
          part.removeAttribute("aria-description");
        }
        svg.setAttribute("role", "img");
        svg.setAttribute("aria-label", label);
        return svg;
      });
      plot.replaceChildren(...drawn);
    }

    // show(at) -> {sentence, pictures: [{label, paint(width) -> svg}], rows: [[name, number], ...],
    //   texts: {name: text of a slider}, numbers: what the tests read, head and now: first and marked row of the table}
    function refresh(rests = true, changed = null) {
      shown = show(at(), changed);
      for (const name of fields) {
        if (rows[name].kind !== "range") continue;
        const field = all(name)[0], k = index(name);
        const text = (shown.texts || {})[name] ?? rows[name].texts[k] ?? String(k);
        field.setAttribute("aria-valuetext", rows[name].unit ? `${text} ${rows[name].unit}` : text);
        field.parentElement.querySelector(".gn-live-value").textContent = text;
      }
      draw();
      output.setAttribute("aria-busy", String(!rests));
      output.textContent = shown.sentence;
      find("thead tr").replaceChildren(...(shown.head || []).map((text) => made(text ? "th" : "td", text, text && "col")));
      find("tbody").replaceChildren(...shown.rows.map(([name, ...numbers], k) => {
        const line = document.createElement("tr");
        line.append(made("th", name, "row"), ...numbers.map((number) => made("td", number)));
        if (k === shown.now) line.className = "is-now";
        return line;
      }));
      root.live = { at: at(), numbers: shown.numbers, pictures: shown.pictures.length };
    }

    const show = build(data, ui);
    refresh(true, "start");
    body.inert = false;
    const name = (event) => event.target.dataset.live;
    body.addEventListener("input", (event) => refresh(false, name(event)));
    body.addEventListener("change", (event) => refresh(true, name(event)));
    ui.press("reset", () => {
      for (const field of fields) set(field, rows[field].start);
      refresh(true, "reset");
    });
    new ResizeObserver(() => {
      if (plot.clientWidth === width) return;
      width = plot.clientWidth;
      if (width) draw();
    }).observe(plot);
  }

  // The controls and the room for the picture are there at once. The libraries and the figure's script come when the reader
  // comes near, types or prints: a page that is only opened waits for none of them. If they fail, the words remain.
  const me = document.currentScript, figures = [...document.querySelectorAll("figure.gn-live")];
  const bodies = figures.map((root) => root.querySelector(".gn-live-body"));
  bodies.forEach((body) => { body.hidden = false; body.inert = true; });
  window.live = (name, build) => figures.filter((root) => root.dataset.figure === name).forEach((root) => start(root, build));
  const stop = new AbortController(), { signal } = stop;
  const fetchAll = () => {
    stop.abort();
    const scripts = me.dataset.parts.split(" ").map((file) =>
      Object.assign(document.createElement("script"), { src: new URL(file, me.src), async: false }));
    const settle = () => bodies.forEach((body) => { if (body.inert) body.hidden = true; });
    for (const script of scripts) {
      script.addEventListener("error", settle);
      document.head.append(script);
    }
    scripts.at(-1).addEventListener("load", settle);
  };
  const near = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) fetchAll(); }, { rootMargin: "1200px 0px" });
  signal.addEventListener("abort", () => near.disconnect());
  figures.forEach((root) => near.observe(root));
  for (const event of ["keydown", "beforeprint"]) addEventListener(event, fetchAll, { signal });
})();
