// Formulas to HTML: reads {"path", "macros", "formulas": [[tex, display], ...]} on standard input, writes {"html", "css"}.
const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk)).on("end", async () => {
  const { path, macros, formulas } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const MathJax = await require(path + "/node-main.js").init({
    loader: { paths: { mathjax: path }, load: ["adaptors/liteDOM", "input/tex", "output/chtml", "a11y/assistive-mml"], versionWarnings: false },
    tex: { macros },
    chtml: { fontURL: "mathjax/output/chtml/fonts/woff-v2", adaptiveCSS: false },
  });
  const adaptor = MathJax.startup.adaptor;
  const html = [];
  for (const [tex, display] of formulas) {
    const node = await MathJax.tex2chtmlPromise(tex, { display, em: 16, ex: 8, containerWidth: 1280 });
    html.push(adaptor.outerHTML(node));
  }
  process.stdout.write(JSON.stringify({ html, css: adaptor.textContent(MathJax.chtmlStylesheet()) }));
}).on("error", () => process.exit(1));
process.on("unhandledRejection", (reason) => { console.error(String(reason)); process.exit(1); });
