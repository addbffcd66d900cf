"""Generated pieces: the chart of claims, the map of the book (what builds on what), the API reference."""

from __future__ import annotations

import ast
from html import escape

import ledger
from claim_pages import Generated, badge
from docutils import nodes
from page_mends import reading_time

# chapter -> chapters that its line "Before you start" asks for; a chapter without any starts a path
BUILDS_ON = {
    "01": (),
    "02": ("01",),
    "03": ("01", "02"),
    "04": ("02", "03"),
    "05": (),
    "06": ("05",),
    "07": ("05",),
    "08": ("05", "07"),
    "09": (),
    "10": ("05", "07", "09"),
    "11": ("09", "10"),
    "12": ("10", "11"),
    "13": ("09", "11", "12"),
    "14": ("06", "11", "13"),
    "15": ("05", "06", "10"),
    "16": ("10", "11", "15"),
    "17": ("08", "11", "13"),
    "18": ("08", "10"),
    "19": ("06", "08", "18"),
}


def before(number: str) -> set[str]:
    """All chapters that `number` builds on, also by way of others."""
    needs = set(BUILDS_ON.get(number, ()))
    return needs.union(*(before(other) for other in needs))


def drawn(number: str) -> list[str]:
    """The arrows to `number`: what it builds on, without what another of these chapters builds on already."""
    needs = BUILDS_ON.get(number, ())
    return [other for other in needs if not any(other in before(nearer) for nearer in needs)]


def depth(number: str) -> int:
    """How many chapters stand before it on the longest way."""
    return max((depth(other) + 1 for other in BUILDS_ON.get(number, ())), default=0)


def nearest(number: str, part: set[str]) -> list[str]:
    """The arrows of the map: from its own part and from what is read last; the list below the picture names all."""
    needs = drawn(number)
    last = max(map(depth, needs), default=0)
    return [other for other in needs if other in part or depth(other) == last]


ROW = 76  # height of a chapter in the chart, pixels
INDENT = 64


class ClaimsGraph(Generated):
    """``{claims-graph}``: a row for each chapter, a dot for each claim by status, arcs for what builds on what."""

    def run(self):
        chapters = list(ledger.titles())
        number = {stem[:2]: k for k, stem in enumerate(chapters)}
        arcs = []
        for stem in chapters:
            for other in drawn(stem[:2]):
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


PARTS = (  # first and last chapter, name, the name on two lines
    ("01", "04", "I · What a loss optimises", ("What a loss", "optimises")),
    ("05", "08", "II · Descent and regression", ("Descent and", "regression")),
    ("09", "12", "III · Gradients by machine", ("Gradients", "by machine")),
    ("13", "17", "IV · Training deep networks", ("Training deep", "networks")),
    ("18", "19", "V · Rare classes", ("Rare", "classes")),
)
COLUMN, STEP, TOP, RADIUS = 82, 56, 92, 17  # width of a part, from row to row, room for the names
ROWS = (  # the row of each chapter, from the top, below all that it needs
    {"01": 0, "02": 1, "03": 2, "04": 3},
    {"05": 0, "06": 1, "07": 2, "08": 3},
    {"09": 0, "10": 3, "11": 4, "12": 5},
    {"15": 4.5, "16": 5.5, "13": 6.5, "14": 7.5, "17": 8.5},
    {"18": 4.2, "19": 5.2},
)


class BookMap(Generated):
    """``{book-map}``: parts as columns, chapters as circles, an arrow from what a chapter builds on; then the list."""

    def run(self):
        stems = {stem[:2]: stem for stem in ledger.titles()}
        place, names = {}, ""
        for column, (_, _, name, lines) in enumerate(PARTS):
            middle = (column + 0.5) * COLUMN
            for number, row in ROWS[column].items():
                place[number] = (middle, TOP + row * STEP)
            text = "".join(f'<tspan x="{middle:g}" dy="15">{line}</tspan>' for line in lines)
            names += f'<text class="gn-part" x="{middle:g}" y="18">{name.split()[0]}{text}</text>'
        edges = [(a, b) for part in ROWS for b in part for a in nearest(b, set(part)) if a in place]
        arrows = "".join(self.edge(place[a], place[b], int(b) == int(a) + 1) for a, b in edges)
        nodes_ = "".join(self.node(number, *place[number], stems[number]) for number in place)
        starts = ", ".join(n for n in place if not BUILDS_ON.get(n))
        words = f"Map of the book: five parts, {len(place)} chapters; chapters {starts} start a path"
        height = max(y for _, y in place.values()) + RADIUS + 6
        svg = f'<svg aria-hidden="true" viewBox="0 0 {COLUMN * len(PARTS)} {height}">{arrows}{names}{nodes_}</svg>'
        note = (
            "<p>Thick rings start a path. Arrows lead from a chapter to the next that build on it; "
            "the list below names all that a chapter needs.</p>"
        )
        lists = "".join(self.part(first, last, name, stems) for first, last, name, _ in PARTS)
        html = f'<div class="gn-map"><div role="group" aria-label="{words}">{svg}{note}</div>{lists}</div>'
        return [nodes.raw("", html, format="html")]

    def node(self, number: str, x: float, y: float, stem: str) -> str:
        """A circle that leads to its chapter; for the mouse only, since the list below has the same links."""
        start = "" if BUILDS_ON.get(number) else " gn-start"
        return (
            f'<a href="{self.to(f"notebooks/{stem}.html")}" tabindex="-1">'
            f"<title>{escape(ledger.titles()[stem])}</title>"
            f'<circle class="gn-node{start}" cx="{x:g}" cy="{y}" r="{RADIUS}"/>'
            f'<text x="{x:g}" y="{y + 5}">{number}</text></a>'
        )

    @staticmethod
    def edge(start: tuple[float, float], stop: tuple[float, float], following: bool) -> str:
        """Down to the next chapter of the part, in an arc past others, or across to another part."""
        (x0, y0), (x1, y1) = start, stop
        if x0 == x1 and following:
            path, (dx, dy) = f"M{x0:g} {y0 + RADIUS} V{y1 - RADIUS - 6}", (0, 1)
            tip = (x1, y1 - RADIUS - 1)
        elif x0 == x1:
            bulge = 30 if x0 > 2 * COLUMN else -30
            side = 1 if bulge > 0 else -1
            path = (
                f"M{x0 + side * 14:g} {y0 + 11} C{x0 + bulge:g} {y0 + 26} {x1 + bulge:g} {y1 - 34} "
                f"{x1 + side * 17:g} {y1 - 15}"
            )
            (dx, dy), tip = (-side * 0.72, 0.69), (x1 + side * 13, y1 - 12.5)
        else:
            length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
            dx, dy = (x1 - x0) / length, (y1 - y0) / length
            tip = (x1 - (RADIUS + 1) * dx, y1 - (RADIUS + 1) * dy)
            path = f"M{x0 + RADIUS * dx:.1f} {y0 + RADIUS * dy:.1f} L{tip[0] - 5 * dx:.1f} {tip[1] - 5 * dy:.1f}"
        back = (tip[0] - 9 * dx, tip[1] - 9 * dy)
        arrow = (
            f"M{tip[0]:.1f} {tip[1]:.1f} L{back[0] - 4.5 * dy:.1f} {back[1] + 4.5 * dx:.1f} "
            f"L{back[0] + 4.5 * dy:.1f} {back[1] - 4.5 * dx:.1f} z"
        )
        line = f'<path class="gn-halo" d="{path}"/><path class="gn-edge" d="{path}"/>'
        return f'{line}<path class="gn-tip-of" d="{arrow}"/>'

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


def unsaid(app, what, name, obj, skip, options):
    """Fields of a named tuple are told in its docstring; Python's own words about each say nothing."""
    return True if str(getattr(obj, "__doc__", "")).startswith("Alias for field number") else None


def setup(app):
    app.add_directive("claims-graph", ClaimsGraph)
    app.add_directive("book-map", BookMap)
    app.add_directive("gradnotes-api", Api)
    app.connect("autodoc-skip-member", unsaid)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
