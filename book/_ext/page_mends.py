"""What a page gets besides its text: reading time, the switch "main line / everything", ways to run it, and repairs
for assistive technology of what the theme and the extensions write.
"""

from __future__ import annotations

import json
import re
import struct
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote, unquote

import ledger

LAUNCH_BRANCH = "launch"  # copies of the chapters with an install cell; tests/tools/launch.py writes them
REPAIRS = (
    (re.compile(r' id="(?:(?:proof|exercise|solution)-content|proof)"'), ""),  # the same id on every box
    (re.compile(r'(<summary) aria-label="Toggle hidden content"'), r"\1"),
    (re.compile(r' role="doc-biblioentry"'), ' role="listitem"'),
    (re.compile(r'<th class="head">\s*(?:<p>\s*</p>)?\s*</th>'), '<td class="head"></td>'),
    (re.compile(r"<th(?: scope=\"col\")?>\s*</th>"), "<td></td>"),
    (re.compile(r"(Solution to)(<a [^>]*>)\s+"), r"\1 \2"),
    (re.compile(r'<details class="gn-beat">'), '<details class="gn-beat" open>'),
)
# A formula in a line, with what must not be parted from it: brackets and quotes before, punctuation or a suffix behind.
JOINED = re.compile(
    r'([(\[“‘]*)(<span class="math [^>]*>\\\((?:(?!</span>).)*\\\)</span>)'
    r"((?:[.,;:!?)\]”’…]|&#821[78];)+|[-–]\w+)?",
    re.S,
)
FIGURE = re.compile(
    r'(<img (?:[^>]*? )?src="([^"]+\.png)"[^>]*>)'
    r'(?=\s*(?:<figcaption>\s*<p><span class="caption-number">Fig\. ([\d.]+))?)'
)
MODULES, SEARCHED = '<table class="indextable modindextable">', ' id="search-input"'
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
HEAD = re.compile(
    r'(<th(?: class="head")?>\s*(?:<p>)?\s*<span class="math [^>]*>\\\(([^<]*)\\\)</span>)(\s*(?:</p>)?\s*</th>)'
)
TABLE = re.compile(r"<table.*?</table>", re.S)
NO_CORNER = re.compile(r"<thead>\s*<tr[^>]*>\s*<td[^>]*>\s*</td>")
FIRST = re.compile(r"(<tr[^>]*>\s*)<td([^>]*)>(.*?)</td>", re.S)
SIGN = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M9 2h5v5M14 2 9 7M7 14H2V9M2 14l5-5"/></svg>'


def reading_time(stem: str) -> str:
    """What the chapter itself says, e.g. ``45 minutes``; counted from its words where it says nothing."""
    file = ledger.ROOT / "notebooks" / f"{stem}.ipynb"
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    said = re.search(r"Reading time\W*((?:about )?\d+ minutes)", text)
    return said[1] if said else f"about {max(5, round(len(text.split()) / 150 / 5) * 5)} minutes"


def bar(stem: str, body: str) -> str:
    """The line below the title; the switch works where scripts do and is hidden elsewhere."""
    beats = body.count('<details class="gn-beat"')
    switch = (
        '<span class="gn-switch gn-needs-js" role="group" aria-label="How much to show">'
        '<button type="button" aria-pressed="false" data-show="main">main line</button>'
        '<button type="button" aria-pressed="true" data-show="all">'
        f"everything <span>({beats} more)</span></button></span>"
        if beats
        else ""
    )
    return (
        f'<div class="gn-bar"><span>{reading_time(stem)}</span>{switch}'
        '<a href="../book/running.html">run it</a><a href="../book/lectures.html" lang="vi">Tìm bài của bạn</a></div>'
    )


def mend(app, pagename, templatename, context, doctree):
    body = context.get("body")
    if not body:
        return
    context["pagetitle"] = re.sub(r"<[^>]+>", "", str(context.get("title", "")))  # in print: with its number
    stem = Path(pagename).name
    if pagename.startswith("notebooks/") and stem in ledger.titles():
        body = body.replace("</h1>", "</h1>" + bar(stem, body), 1)
        launch(app, context, stem)
    for pattern, text in REPAIRS:
        body = pattern.sub(text, body)
    body = TABLE.sub(headed, body)
    context["body"] = FIGURE.sub(enlargeable, JOINED.sub(joined, HEAD.sub(named, body)))


def named(match) -> str:
    """A head of a table that is one formula has a name in letters, since not every reader takes MathML for one."""
    letters = re.sub(r"[{}]|(?<=[\s(])\s+|\s+(?=[(_^])", "", re.sub(r"\\([A-Za-z]+)|\\.", r"\1 ", unescape(match[2])))
    return f'{match[1]}<span class="gn-said">{escape(letters.strip())}</span>{match[3]}'


def headed(match) -> str:
    """Where the corner of a table is empty, or where it has no heads at all, the first column names the rows."""
    table = match[0]
    start = table.find("<tbody") if NO_CORNER.search(table) else 0 if "<th" not in table else -1
    return table if start < 0 else table[:start] + FIRST.sub(r'\1<th scope="row"\2>\3</th>', table[start:])


def joined(match) -> str:
    """No line ends between a formula and the full stop behind it."""
    before, formula, behind = match[1], match[2], match[3] or ""
    return f'<span class="gn-joined">{before}{formula}{behind}</span>' if before or behind else match[0]


def enlargeable(match) -> str:
    """The picture with a link to itself, which lies over it: on a telephone the letters of a figure are small."""
    name = f"figure {match[3]}" if match[3] else "this picture"
    link = f'<a class="gn-enlarge" href="{match[2]}" aria-label="Enlarge {name}">{SIGN}</a>'
    return f'<span class="gn-picture">{match[1]}{link}</span>'


def launch(app, context, stem: str) -> None:
    """Colab opens the copy with an install cell; the hub is the reader's own, so its link is made on *Run it*."""
    for group in context.get("header_buttons", []):
        if group.get("label") != "launch-buttons":
            continue
        for button in group["buttons"]:
            if "colab" in button.get("url", ""):
                button["url"] = re.sub(r"/blob/[^/]+/", f"/blob/{LAUNCH_BRANCH}/", button["url"])
        group["buttons"].append(
            {
                "type": "link",
                "text": "JupyterHub",
                "tooltip": "Launch on your own JupyterHub",
                "icon": "fas fa-server",
                "url": f"../book/running.html?chapter={quote(stem)}#your-own-hub",
            }
        )


def pictures(app, error):
    """Pictures say their size, so that nothing jumps, and those after the first wait until they come near.

    The line about the telephone's width, of which three authors write one each, stays once.
    """
    if error or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = was = page.read_text(encoding="utf-8")
        count = iter(range(10**6))

        def sized(match, page=page, count=count):
            tag, file = match[0], page.parent / unquote(match[1])
            later = ' loading="lazy" decoding="async"' if next(count) else ""
            if "loading=" in tag or file.suffix != ".png" or not file.is_file():
                return tag
            width, height = struct.unpack(">II", file.read_bytes()[16:24])
            size = "" if " width=" in tag or "style=" in tag else f' width="{width}" height="{height}"'
            return f"<img{size}{later}{tag[4:]}"

        text = text.replace(MODULES, f'{MODULES[:-1]} role="presentation">')  # a table only in looks
        once, *again = text.split(SEARCHED)  # the page of the search has its field twice
        text = once + (SEARCHED + "".join(again) if again else "")
        new = re.sub(r'<img [^>]*?src="([^"]*_images/[^"]+)"[^>]*>', sized, text)
        head, *rest = VIEWPORT.split(new)
        new = head + VIEWPORT.search(new)[0] + "".join(rest) if rest else new
        if new != was:
            page.write_text(new, encoding="utf-8")


def running(app, pagename, templatename, context, doctree):
    """`{hub-form}` needs the repository's address."""
    if pagename == "book/running" and context.get("body"):
        context["body"] = context["body"].replace("GRADNOTES-REPOSITORY", escape(repository(app)))


def repository(app) -> str:
    return app.config.html_theme_options.get("repository_url", "")


def setup(app):
    app.connect("html-page-context", mend, priority=900)
    app.connect("html-page-context", running, priority=901)
    app.connect("build-finished", pictures, priority=905)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
