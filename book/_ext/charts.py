"""Generated pieces: the chart of claims, the map of the book (what builds on what), the API reference."""

from __future__ import annotations

import ast
from html import escape

import ledger
from claim_pages import Generated, badge
from docutils import nodes
from page_mends import reading_time

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


PARTS = (  # first and last chapter, name
    ("01", "04", "I · What a loss optimises"),
    ("05", "08", "II · Descent and regression"),
    ("09", "12", "III · Gradients by machine"),
    ("13", "17", "IV · Training deep networks"),
    ("18", "19", "V · Rare classes"),
)
LANE = 92  # height of a part in the map
STEP = 72  # from chapter to chapter
RADIUS = 17


class BookMap(Generated):
    """``{book-map}``: parts as lanes, chapters as circles, an arrow from what a chapter builds on; then the list."""

    def run(self):
        stems = {stem[:2]: stem for stem in ledger.titles()}
        place = {}
        for lane, (first, last, _) in enumerate(PARTS):
            for k, number in enumerate(sorted(n for n in stems if first <= n <= last)):
                place[number] = (RADIUS + 6 + k * STEP, lane * LANE + 56)
        edges = [(a, b) for b in place for a in BUILDS_ON.get(b, ()) if a in place]
        drawn = "".join(self.edge(place[a], place[b]) for a, b in edges)
        for lane, (_, _, name) in enumerate(PARTS):  # after the arrows, so that none strikes a name out
            drawn += f'<text class="gn-part" x="4" y="{lane * LANE + 22}">{name}</text>'
        for number, (x, y) in place.items():
            start = "" if BUILDS_ON.get(number) else " gn-start"
            drawn += f'<circle class="gn-node{start}" cx="{x}" cy="{y}" r="{RADIUS}"/>'
            drawn += f'<text x="{x}" y="{y + 5}" text-anchor="middle">{number}</text>'
        starts = ", ".join(n for n in place if not BUILDS_ON.get(n))
        words = f"Map of the book: five parts, {len(place)} chapters. Chapters {starts} start a path (thick rings). "
        words += "Arrows lead from a chapter to those that build on it; the list below says the same in words."
        svg = f'<svg role="img" aria-label="{words}" viewBox="0 0 350 {LANE * len(PARTS)}">{drawn}</svg>'
        lists = "".join(self.part(first, last, name, stems) for first, last, name in PARTS)
        return [nodes.raw("", f'<div class="gn-map">{svg}{lists}</div>', format="html")]

    @staticmethod
    def edge(start: tuple[int, int], stop: tuple[int, int]) -> str:
        """A straight arrow to the neighbour, an arc over others in the lane, a curve down to another lane."""
        (x0, y0), (x1, y1) = start, stop
        if y0 == y1 and x1 - x0 == STEP:
            path, tip = f"M{x0 + RADIUS} {y0} H{x1 - RADIUS - 5}", f"M{x1 - RADIUS} {y1} l-8 -4 v8 z"
        elif y0 == y1:
            path = f"M{x0 + 8} {y0 + 15} C{x0 + 26} {y0 + 34} {x1 - 26} {y1 + 34} {x1 - 11} {y1 + 18}"
            tip = f"M{x1 - 8} {y1 + 15} l-9 1 l6 6 z"
        else:
            path = f"M{x0} {y0 + RADIUS} C{x0} {y0 + 48} {x1 + 30} {y1 - 50} {x1 + 9} {y1 - 19}"
            tip = f"M{x1 + 7} {y1 - 15} l1 -9 l6 5 z"
        return f'<path class="gn-edge" d="{path}"/><path class="gn-tip-of" d="{tip}"/>'

    def part(self, first: str, last: str, name: str, stems: dict[str, str]) -> str:
        rows = []
        for number in sorted(n for n in stems if first <= n <= last):
            needs = ", ".join(BUILDS_ON.get(number, ()))
            note = f"builds on {needs}" if needs else "starts a path"
            stem = stems[number]
            link = f'<a href="{self.to(f"notebooks/{stem}.html")}">{number} {escape(ledger.titles()[stem])}</a>'
            rows.append(f"<li>{link}<br><small>{reading_time(stem)}; {note}</small></li>")
        return f'<h3 class="gn-part">{name}</h3><ol>{"".join(rows)}</ol>'


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
    app.add_directive("book-map", BookMap)
    app.add_directive("gradnotes-api", Api)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
