// The filter of the page Claims, and anchors inside folded sections. Everything is shown without this file.
document.addEventListener("DOMContentLoaded", () => {
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    if (target) target.scrollIntoView();
  };
  window.addEventListener("hashchange", open);
  if (location.hash) open();
  const form = document.querySelector(".gn-filter");
  if (!form) return;
  form.hidden = false;
  const rows = [...document.querySelectorAll("span.gn-id")].map((mark) => [mark.closest("tr"), mark.dataset]);
  const update = () => {
    const want = Object.fromEntries([...form.querySelectorAll("select")].map((s) => [s.dataset.filter, s.value]));
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
});
