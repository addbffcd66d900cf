"""One style sheet instead of a dozen: what the theme and the extensions bring, less the rules that no page can use.

The icons become a small font: the few glyphs that pages show, cut out of the theme's own icon font.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

FIRST = ("styles/theme.css", "styles/bootstrap.css", "styles/pydata-sphinx-theme.css")
ICONS = "vendor/fontawesome/6.5.2"
FACES = {"Font Awesome 6 Free": ("fa-solid-900", 900), "Font Awesome 6 Brands": ("fa-brands-400", 400)}
LAST = "formulas.css"
UNLOADED = {"d3.min.js", "plot.umd.min.js", "bootstrap.js", "pydata-sphinx-theme.js", "design-tabs.js"}
UNUSED = (
    "vendor/*/*/js",
    "vendor/*/*/css",
    "scripts/*.map",
    "scripts/bootstrap.js",
    "scripts/pydata-sphinx-theme.js",
    "scripts/fontawesome.js",
    "styles/*.map",
)
DROPPED = ("sphinx-thebe", "thebe.css")
# script -> what a page has that needs it
ON_DEMAND = {"clipboard": 'class="highlight', "copybutton": 'class="highlight', "toggle": "dropdown"}
COMMENT = re.compile(r"/\*.*?\*/", re.S)
IMPORT = re.compile(r'@import\s+(?:url\()?["\']?([^"\');]+)["\']?\)?[^;]*;')
URL = re.compile(r"url\(\s*([\"']?)(?!data:|https?:|#|%23)([^)\"']+)\1\s*\)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
MARKED = re.compile(r'(?:class|id)=(?:"([^"]*)"|([\w-]+))')


def read(static: Path, name: str) -> str:
    """A sheet without comments, imports resolved, addresses relative to `_static`."""
    path = static / name
    text = COMMENT.sub("", path.read_text(encoding="utf-8")).replace('@charset "UTF-8";', "")
    folder = path.parent

    def place(match):
        target = (folder / match[2].split("?")[0].split("#")[0]).resolve()
        return f"url({target.relative_to(static.resolve()).as_posix()})" if target.is_file() else match[0]

    text = URL.sub(place, text)
    return IMPORT.sub(lambda m: read(static, (folder / m[1]).resolve().relative_to(static.resolve()).as_posix()), text)


def blocks(text: str):
    """(head, body) of each rule at this level; body is None for statements such as ``@layer a;``."""
    start = position = 0
    while position < len(text):
        sign = text[position]
        if sign in "\"'":
            position = end_of_string(text, position)
        elif sign == ";":
            yield text[start:position].strip(), None
            start = position + 1
        elif sign == "{":
            close = closing(text, position)
            yield text[start:position].strip(), text[position + 1 : close]
            start, position = close + 1, close
        position += 1


def end_of_string(text: str, start: int) -> int:
    position = start + 1
    while position < len(text) and text[position] != text[start]:
        position += 2 if text[position] == "\\" else 1
    return position


def closing(text: str, start: int) -> int:
    """The brace that closes the one at `start`."""
    depth, position = 0, start
    while position < len(text):
        if text[position] in "\"'":
            position = end_of_string(text, position)
        elif text[position] == "{":
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    return len(text)


def split(selectors: str) -> list[str]:
    """At commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for k, sign in enumerate(selectors):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append(selectors[start:k])
            start = k + 1
    return [*parts, selectors[start:]]


def needed(selector: str, used: set[str]) -> bool:
    """Whether every class and id outside of brackets occurs somewhere."""
    plain = re.sub(r"\[[^\]]*\]", "", selector).replace("\\:", "")
    while (inner := re.sub(r":[\w-]+\([^()]*\)", "", plain)) != plain:
        plain = inner
    return all(name.replace("\\", "") in used for name in re.findall(r"[.#]((?:\\.|[\w-])+)", plain))


def purge(text: str, used: set[str]) -> str:
    """The sheet without the rules that cannot match."""
    out = []
    for head, body in blocks(text):
        if body is None:
            out.append(f"{head};" if head else "")
        elif head.startswith(("@media", "@supports", "@layer", "@container")):
            inner = purge(body, used)
            out.append(f"{head}{{{inner}}}" if inner else "")
        elif head.startswith("@"):
            out.append(f"{head}{{{squeeze(body)}}}")
        else:
            kept = [s.strip() for s in split(head) if needed(s, used)]
            out.append(f"{','.join(kept)}{{{squeeze(body)}}}" if kept and body.strip() else "")
    return "".join(out)


def squeeze(body: str) -> str:
    return re.sub(r"\s+", " ", body).strip().rstrip(";")


def names(app) -> set[str]:
    """Classes and ids of all pages, and every word of the scripts, which may set more."""
    out = Path(app.outdir)
    found: set[str] = set()
    for page in out.rglob("*.html"):
        for left, right in MARKED.findall(page.read_text(encoding="utf-8")):
            found.update((left or right).split())
    for script in (out / "_static").rglob("*.js"):
        if script.name not in UNLOADED and not {"mathjax", "fontawesome"} & set(script.relative_to(out).parts):
            found.update(WORD.findall(script.read_text(encoding="utf-8")))
    return found


def icons(static: Path, css: str) -> str:
    """The font faces of the icons that `css` shows; each font is cut to them where fonttools is there."""
    codes = {int(code, 16) for code in re.findall(r"\\([ef][0-9a-f]{3})\b", css)}
    faces = []
    for family, (name, weight) in FACES.items():
        whole = static / ICONS / "webfonts" / f"{name}.woff2"
        file = f"{ICONS}/webfonts/{whole.name}"
        try:
            from fontTools import subset
            from fontTools.ttLib import TTFont
        except ImportError:
            print("icons: fonttools is not here, so the whole icon fonts are loaded")
        else:
            font = TTFont(whole.with_suffix(".ttf"), recalcTimestamp=False)
            cutter = subset.Subsetter(subset.Options(layout_features=[], name_IDs=[0, 13, 14]))
            cutter.populate(unicodes=codes)
            cutter.subset(font)
            font.flavor = "woff"
            file = f"icons-{name}.woff"
            font.save(static / file)
        faces.append(
            f'@font-face{{font-family:"{family}";font-style:normal;font-weight:{weight};font-display:block;src:url({file})}}'
        )
    return "".join(faces)


def bundle(app, error):
    """Write `_static/book.css`."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    sheets = [*FIRST, f"{ICONS}/css/all.min.css", *getattr(app, "gn_sheets", []), LAST]
    text = "".join(read(static, name) for name in sheets if (static / name).is_file())
    text = re.sub(r"@font-face\s*\{[^}]*Font ?Awesome[^}]*\}", "", text)
    css = purge(text, names(app))
    notice = "/* Parts of Sphinx, the PyData and Book themes (BSD), Bootstrap (MIT), "
    notice += "Font Awesome (CC BY 4.0, OFL 1.1), MathJax (Apache 2.0). */\n"
    (static / "book.css").write_text(notice + icons(static, css) + css, encoding="utf-8")
    for name in UNUSED:
        for path in static.glob(name):
            (shutil.rmtree if path.is_dir() else Path.unlink)(path)


def collect(app, pagename, templatename, context, doctree):
    """Take the sheets of a page into the bundle; scripts wait until the page stands."""
    app.gn_sheets = getattr(app, "gn_sheets", [])
    for item in context.get("css_files", []):
        name = str(getattr(item, "filename", item)).split("?")[0].removeprefix("_static/")
        if name not in (*app.gn_sheets, *FIRST) and not any(part in name for part in DROPPED):
            app.gn_sheets.append(name)
    context["css_files"] = []
    body_, scripts, seen = context.get("body") or "", [], set()
    for item in context.get("script_files", []):
        name, body = str(getattr(item, "filename", "") or ""), str(getattr(item, "attributes", {}).get("body", ""))
        if "design-tabs" in name or "DOCUMENTATION_OPTIONS.pagename" in body or (body and body in seen):
            continue
        if any(part in name + body and mark not in body_ for part, mark in ON_DEMAND.items()):
            continue
        seen.add(body)
        if name and "async" not in item.attributes and doctree:  # templates of the search and the indices call at once
            # a new one, since the same object serves every page
            item = type(item)(item.filename, priority=item.priority, **{**item.attributes, "defer": "defer"})
        scripts.append(item)
    context["script_files"] = scripts
    context["gn_version"] = app.gn_version


def version(app):
    """Changes when the themes or our own files do, so that no browser keeps an old sheet."""
    own = sorted((Path(app.confdir) / "book" / "_static").glob("*.*"))
    app.gn_version = hashlib.sha256(b"".join(p.read_bytes() for p in own) + app.config.html_theme.encode()).hexdigest()[
        :8
    ]


def setup(app):
    app.connect("builder-inited", version)
    app.connect("html-page-context", collect, priority=950)
    app.connect("build-finished", bundle, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
