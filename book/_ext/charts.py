"""Two generated pieces: the chart of claims (chapters, what each builds on, statuses) and the API reference."""

from __future__ import annotations

import ast
from html import escape

import ledger
from claim_pages import Generated, badge
from docutils import nodes

# chapter -> chapters whose ideas it uses; a chapter without any starts a path
BUILDS_ON = {
    "01": (),
    "02": ("01",),
    "03": ("02",),
    "04": ("02", "03"),
    "05": (),
    "06": ("05",),
    "07": ("05",),
    "08": ("07",),
    "09": (),
    "10": ("05",),
    "11": ("09", "10"),
    "12": ("11",),
    "13": (),
    "14": ("13",),
    "15": ("07",),
    "16": ("13",),
    "17": ("11",),
    "18": (),
    "19": ("18",),
}
ROW = 76  # height of a chapter in the chart, pixels
INDENT = 64


class ClaimsGraph(Generated):
    """``{claims-graph}``: a row for each chapter, a dot for each claim by status, arcs for what builds on what."""

    def run(self):
        chapters = list(ledger.titles())
        number = {stem[:2]: k for k, stem in enumerate(chapters)}
        arcs = []
        for stem in chapters:
            for other in BUILDS_ON.get(stem[:2], ()):
                if other in number:
                    arcs.append(self.arc(number[other], number[stem[:2]]))
        items = "".join(self.item(stem) for stem in chapters)
        legend = " ".join(
            f'<span class="gn-dot gn-{status}" aria-hidden="true"></span>{badge(status)}'
            for status in ledger.STATUSES
            if any(row["status"] == status for row in ledger.claims().values())
        )
        html = (
            f'<p class="gn-legend">{legend}</p>'
            f'<div class="gn-graph"><svg aria-hidden="true" width="{INDENT}" height="{ROW * len(chapters)}">'
            f"{''.join(arcs)}</svg>"
            f"<ol>{items}</ol></div>"
        )
        return [nodes.raw("", html, format="html")]

    @staticmethod
    def arc(start: int, stop: int) -> str:
        y0, y1 = (start + 0.5) * ROW, (stop + 0.5) * ROW
        bulge = INDENT - 8 - min(INDENT - 14, 14 + 12 * (stop - start))
        x = INDENT - 8
        return (
            f'<path d="M{x} {y0:g} C{bulge} {y0:g} {bulge} {y1:g} {x} {y1:g}" fill="none" '
            'stroke="currentColor" opacity=".55"/>'
            f'<path d="M{x + 6} {y1:g} l-8 -4 v8 z" fill="currentColor" opacity=".55"/>'
        )

    def item(self, stem: str) -> str:
        own = [row for row in ledger.claims().values() if stem in row["evidence"]]
        dots = "".join(
            f'<span class="gn-dot gn-{row["status"]}" title="{row["id"]} {row["status"]}"></span>' for row in own
        )
        needs = ", ".join(BUILDS_ON.get(stem[:2], ()))
        note = f"builds on {needs}" if needs else "starts a path"
        link = f'<a href="{self.to(f"notebooks/{stem}.html")}">{stem[:2]} {escape(ledger.titles()[stem])}</a>'
        return f'<li style="height:{ROW}px">{link} <small>{len(own)} claims, {note}</small><br>{dots}</li>'


class Api(Generated):
    """``{gradnotes-api}``: a section for each module of the package, from its docstrings."""

    def run(self):
        package = ledger.ROOT / "src" / "gradnotes"
        lines = []
        for path in sorted(package.iterdir()):
            noun = path.stem
            if noun.startswith("_") or (path.is_dir() and not (path / "__init__.py").is_file()):
                continue
            if path.is_file() and path.suffix != ".py":
                continue
            source = path if path.is_file() else path / "__init__.py"
            if "__all__" not in {
                target.id
                for node in ast.parse(source.read_text(encoding="utf-8")).body
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }:
                continue
            section = f"## `{noun}`\n\n```{{eval-rst}}\n.. automodule:: gradnotes.{noun}\n   :members:\n```\n"
            lines += [*section.splitlines(), ""]
        return self.parse(lines)


def setup(app):
    app.add_directive("claims-graph", ClaimsGraph)
    app.add_directive("gradnotes-api", Api)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
