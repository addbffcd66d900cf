"""The glossary at hand: definitions beside the first mention on each chapter page, and a search without diacritics.

A reader who types *lan truyen nguoc* finds *lan truyền ngược*: every word is indexed as written and without marks, and
the search page names the entries of the glossary that match.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from functools import cache
from html import escape
from pathlib import Path

import ledger
from docutils import nodes
from sphinx.search import languages
from sphinx.search.en import SearchEnglish
from sphinx.transforms.post_transforms import SphinxPostTransform

SPARED = (
    nodes.reference,
    nodes.title,
    nodes.literal,
    nodes.math,
    nodes.caption,
    nodes.raw,
    nodes.emphasis,
    nodes.term,
    nodes.citation,
    nodes.table,
)


class Mention(nodes.Inline, nodes.TextElement):
    """A term in the running text; its words stay words for the search and the description of the page."""


def visit_mention(self, node):
    self.body.append(f'<a class="gn-term" href="{node["to"]}" data-definition="{escape(node["meaning"])}">')


def depart_mention(self, node):
    self.body.append("</a>")


@cache
def folded(text: str) -> str:
    """Lower case, without diacritics."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("Đ", "d"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


class Folding(SearchEnglish):
    """Every word as written and, where it has diacritics, without them."""

    def split(self, text):
        words = super().split(unicodedata.normalize("NFC", text))
        return words + [plain for word in words if (plain := folded(word)) != word.lower()]


@cache
def entries() -> dict[str, str]:
    """English term -> the entry's text, from `book/glossary.md`."""
    text = (ledger.ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    inner = re.search(r"```\{glossary\}\n(.*?)\n```", text, re.S)[1]
    out = {}
    for block in re.split(r"\n\s*\n", inner):
        head, _, body = block.partition("\n")
        if body:
            out[head.strip()] = " ".join(body.split())
    return out


def definition(entry: str) -> str:
    """The meaning and the Vietnamese names, as plain text."""
    text = re.sub(r"\s*\[Chapter \d+\]\([^)]*\)\.?", "", entry)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\s*\((?:\d{3}(?:, )?|in none of the sources)+\)", "", text)
    return re.sub(r"[*`$]", "", re.sub(r"\\([a-z]+)", r"\1", text)).strip()


def anchor(term: str) -> str:
    return "term-" + re.sub(r"[^A-Za-z0-9]+", "-", term).strip("-")


@cache
def pattern() -> tuple[re.Pattern, dict[str, str]]:
    """One expression for all terms, the longest first, with the plural."""
    names = {re.sub(r"\s*\(.*\)", "", term).lower(): term for term in reversed(entries())}
    longest = sorted(names, key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(map(re.escape, longest)) + r")(?:s|es)?\b", re.I), names


class FirstMentions(SphinxPostTransform):
    """The first mention of a term in the running text of a chapter leads to its entry."""

    default_priority = 190
    formats = ("html",)

    def run(self, **kwargs):
        if not self.env.docname.startswith("notebooks/"):
            return
        find, names = pattern()
        seen: set[str] = set()
        home = "../" * self.env.docname.count("/") + "book/glossary.html"
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if any(isinstance(up, SPARED) or "vietnamese" in up.get("classes", ()) for up in ancestors(paragraph)):
                continue
            for text in [t for t in paragraph.findall(nodes.Text) if not self.spared(t, paragraph)]:
                parts, start = [], 0
                for match in find.finditer(str(text)):
                    term = names[match[1].lower()]
                    if term in seen:
                        continue
                    seen.add(term)
                    link = Mention("", match[0], to=f"{home}#{anchor(term)}", meaning=definition(entries()[term]))
                    parts += [nodes.Text(str(text)[start : match.start()]), link]
                    start = match.end()
                if parts:
                    text.parent.replace(text, [*parts, nodes.Text(str(text)[start:])])

    @staticmethod
    def spared(text, paragraph) -> bool:
        return any(isinstance(up, SPARED) for up in ancestors(text, paragraph))


def ancestors(node, until=None):
    while (node := node.parent) is not None and node is not until:
        yield node


def variants(entry: str) -> list[str]:
    """The Vietnamese names in an entry: what stands in italics."""
    return re.findall(r"\*([^*]+)\*", entry)


def write(app, error):
    """`_static/terms.js`: what the search page compares a question with."""
    if error or app.builder.format != "html":
        return
    rows = [
        {
            "term": term,
            "names": variants(entry),
            "text": definition(entry),
            "anchor": anchor(term),
            "keys": [folded(name) for name in (re.sub(r"\s*\(.*\)", "", term), *variants(entry))],
        }
        for term, entry in entries().items()
    ]
    text = "window.gnTerms = " + json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + ";\n"
    (Path(app.outdir) / "_static" / "terms.js").write_text(text, encoding="utf-8")
    shutil.copyfile(Path(__file__).with_name("find.js"), Path(app.outdir) / "_static" / "find.js")


def on_search(app, pagename, templatename, context, doctree):
    if pagename == "search":
        app.add_js_file("terms.js", loading_method="defer")
        app.add_js_file("find.js", loading_method="defer")


def setup(app):
    languages["en"] = Folding
    app.add_node(Mention, html=(visit_mention, depart_mention))
    app.add_post_transform(FirstMentions)
    app.connect("html-page-context", on_search, priority=700)
    app.connect("build-finished", write, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
