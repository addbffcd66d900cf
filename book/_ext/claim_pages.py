"""The pages *Claims* and *Errata*, the table at the end of each chapter, and the marks beside claim cells.

Directives: ``{claims-page}``, ``{errata-page}``, ``{claims} NN_noun``. A code cell tagged ``claim:OPT-07`` gets
the anchor ``claim-OPT-07`` and a small mark that links to its row; nothing is typed twice.
"""

from __future__ import annotations

from collections import Counter
from html import escape

import ledger
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

SOURCES = {
    "000": "a paper on loss functions",
    "001": "slides on descent and regression",
    "002": "slides on training deep networks",
    "003": "an article on imbalanced data",
    "004": "a textbook chapter on autodiff",
}


class Generated(SphinxDirective):
    """A directive that writes MyST and lets the parser read it."""

    def parse(self, lines: list[str]) -> list[nodes.Node]:
        box = nodes.container()
        self.state.nested_parse(StringList(lines, source=self.env.docname), self.content_offset, box)
        return box.children

    def to(self, target: str) -> str:
        depth = self.env.docname.count("/")
        return "../" * depth + target


def cell_links(directive: Generated, row: dict) -> str:
    return " ".join(
        f'<a href="{directive.to(f"notebooks/{stem}.html")}#claim-{row["id"]}">{stem[:2]}</a>'
        for stem in row["evidence"]
    )


def badge(status: str) -> str:
    return f'<span class="gn-status gn-{status}">{status}</span>'


def table(head: list[str], rows: list[list[str]], css: str = "") -> list[str]:
    """A MyST list-table; cells may hold math and raw HTML."""
    lines = [f"::::{{list-table}}\n:header-rows: 1\n:class: gn-ledger {css}".rstrip(), ""]
    for row in [head, *rows]:
        lines += [("* - " if k == 0 else "  - ") + cell.replace("\n", " ") for k, cell in enumerate(row)]
    return "\n".join([*lines, "::::", ""]).split("\n")


def notes(directive: Generated, row: dict) -> str:
    parts = [f"*Range:* {row['tolerance']}"] if row.get("tolerance") else []
    parts += [f"*Reason:* {row['reason']}"] if row.get("reason") else []
    parts += [
        f'<a href="{directive.to("book/errata.html")}#slip-{slip}">{slip}</a>'
        for slip in row.get("erratum", [])
        if slip in ledger.errata()
    ]
    return "<br>".join(parts)


class ClaimsPage(Generated):
    """All rows, a section for each source, counted."""

    def run(self):
        rows = list(ledger.claims().values())
        count = Counter(row["status"] for row in rows)
        lines = [
            f"{len(rows)} statements: " + ", ".join(f"{count[s]} {s}" for s in ledger.STATUSES if count[s]) + ".",
            "",
        ]
        lines += ["```{raw} html", filter_box(rows), "```", ""]
        for source, name in SOURCES.items():
            own = [row for row in rows if row["source"] == source]
            own_count = Counter(row["status"] for row in own)
            lines += [f"(claims-{source})=", f"## Source {source}: {name}", ""]
            lines += [
                f"{len(own)} rows: " + ", ".join(f"{own_count[s]} {s}" for s in ledger.STATUSES if own_count[s]) + ".",
                "",
            ]
            body = [
                [
                    f'<span id="{row["id"]}" class="gn-id" data-source="{source}" data-status="{row["status"]}" '
                    f'data-chapters="{" ".join(stem[:2] for stem in row["evidence"])}">{row["id"]}</span>',
                    f"{row['statement']}<br><small>{row['place']}</small>",
                    badge(row["status"]),
                    cell_links(self, row) or "–",
                    notes(self, row) or "–",
                ]
                for row in own
            ]
            lines += table(["id", "statement", "status", "cells", "notes"], body)
        return self.parse(lines)


def filter_box(rows: list[dict]) -> str:
    """Three selects; without JavaScript they stay hidden and every row is shown."""

    def select(name, options):
        items = "".join(f'<option value="{escape(o)}">{escape(o)}</option>' for o in options)
        return f'<label>{name} <select data-filter="{name}"><option value="">all</option>{items}</select></label>'

    chapters = sorted({stem[:2] for row in rows for stem in row["evidence"]})
    return (
        '<form class="gn-filter" hidden aria-label="Filter the claims">'
        + select("source", SOURCES)
        + select("status", [s for s in ledger.STATUSES if any(r["status"] == s for r in rows)])
        + select("chapter", chapters)
        + '<output aria-live="polite"></output></form>'
    )


class ErrataPage(Generated):
    """Every slip of the sources, with the claims that cite it and their cells."""

    def run(self):
        citing: dict[str, list[dict]] = {}
        for row in ledger.claims().values():
            for slip in row.get("erratum", []):
                citing.setdefault(slip, []).append(row)
        lines = []
        for source, name in SOURCES.items():
            own = [slip for slip in ledger.errata().values() if slip["id"].startswith(source)]
            lines += [f"(errata-{source})=", f"## Source {source}: {name}", "", f"{len(own)} entries.", ""]
            body = []
            for slip in own:
                rows = citing.get(slip["id"], [])
                evidence = " ".join(cell_links(self, row) for row in rows if row["evidence"])
                ids = " ".join(f'<a href="{self.to("book/claims.html")}#{row["id"]}">{row["id"]}</a>' for row in rows)
                text = f"*{slip['kind']}:* {slip['text']}"
                anchor = f'<span id="slip-{slip["id"]}" class="gn-id">{slip["id"]}</span>'
                body.append([anchor, text, ids or "–", evidence or "–"])
            lines += table(["id", "slip and correction", "claims", "cells"], body)
        return self.parse(lines)


class ChapterClaims(Generated):
    """``{claims} 05_gradient_descent``: the chapter's own rows."""

    required_arguments = 1

    def run(self):
        stem = self.arguments[0].strip()
        if stem not in ledger.titles():
            raise self.error(f"claims needs the stem of a chapter, got {stem!r}")
        own = [row for row in ledger.claims().values() if stem in row["evidence"]]
        if not own:
            return self.parse(["No row of the ledger points here yet."])
        body = [
            [
                f'<a href="{self.to("book/claims.html")}#{row["id"]}">{row["id"]}</a>',
                row["statement"],
                badge(row["status"]),
                f'<a href="#claim-{row["id"]}">cell</a>',
            ]
            for row in own
        ]
        count = Counter(row["status"] for row in own)
        summary = ", ".join(f"{count[s]} {s}" for s in ledger.STATUSES if count[s])
        lines = [f"{len(own)} statements of the sources are settled here: {summary}.", ""]
        lines += ["::::::{admonition} All of them", ":class: dropdown note", ""]
        lines += table(["id", "statement", "status", "check"], body)
        return self.parse([*lines, "::::::"])


class ClaimMarks(SphinxPostTransform):
    """Anchor and mark for each cell tagged ``claim:...``; the tag's own CSS classes go."""

    default_priority = 150  # before myst-nb folds the hidden cells
    formats = ("html",)

    def run(self, **kwargs):
        if not self.env.docname.startswith("notebooks/"):
            return
        known, seen = ledger.claims(), set()
        for cell in list(self.document.findall(nodes.container)):
            classes = cell.get("classes", [])
            ids = [c[len("tag_claim:") :] for c in classes if c.startswith("tag_claim:")]
            if "tag_hide-cell" in classes:  # only negative twins are folded whole
                cell["prompt_show"] = "Negative twin: the same check refuses a changed statement"
                cell["prompt_hide"] = "Negative twin"
            if any(c.startswith("tag_") for c in classes):
                cell["classes"] = [c for c in classes if not c.startswith(("tag_claim:", "tag_twin:"))]
            if not ids:
                continue
            up = "../" * self.env.docname.count("/")
            marks = []
            for i in ids:
                anchor = f' id="claim-{i}"' if i not in seen else ""
                seen.add(i)
                status = known[i]["status"] if i in known else "open"
                marks.append(
                    f'<a{anchor} class="gn-mark gn-{status}" href="{up}book/claims.html#{i}" '
                    f'aria-label="Claim {i}, {status}">{i}</a>'
                )
            html = f'<div class="gn-marks">{" ".join(marks)}</div>'
            cell.parent.insert(cell.parent.index(cell), nodes.raw("", html, format="html"))


class FoldFurther(SphinxPostTransform):
    """Each subsection of "Further" becomes a native ``<details>``: closed, but complete without JavaScript."""

    default_priority = 210
    formats = ("html",)

    def run(self, **kwargs):
        for section in list(self.document.findall(nodes.section)):
            title = section.next_node(nodes.title)
            if title is None or title.astext() != "Further" or not self.env.docname.startswith("notebooks/"):
                continue
            section["classes"].append("gn-further")
            for beat in [child for child in section.children if isinstance(child, nodes.section)]:
                heading, *body = beat.children
                beat.children = []
                beat += nodes.raw("", '<details class="gn-beat"><summary>', format="html")
                beat += [heading, nodes.raw("", "</summary>", format="html"), *body]
                beat += nodes.raw("", "</details>", format="html")


def setup(app):
    app.add_directive("claims-page", ClaimsPage)
    app.add_directive("errata-page", ErrataPage)
    app.add_directive("claims", ChapterClaims)
    app.add_post_transform(ClaimMarks)
    app.add_post_transform(FoldFurther)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
