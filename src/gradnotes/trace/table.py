"""What a trace holds, and how it shows itself as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .text import fixed, html, math, term

__all__ = ["Edge", "Row", "Trace"]


class Row(NamedTuple):
    """One step: ``v2``, ``v-1 * v0``, its value, and its tangent (forward) or its adjoint (reverse)."""

    name: str
    expression: str
    value: float
    derivative: float


class Edge(NamedTuple):
    """Child uses parent; `local` is the derivative of the one step in which it does."""

    parent: str
    child: str
    local: float


@dataclass(frozen=True, repr=False)
class Trace:
    """What `forward` and `reverse` return; shows itself as a table in a notebook.

    Attributes
    ----------
    mode : "forward" or "reverse"
    rows : tuple of Row
        Inputs ``v1-n`` ... ``v0``, the steps ``v1``, ``v2``, ..., and at the end ``y``.
    edges : tuple of Edge
        With the local derivatives, in the order of computation.
    """

    mode: str
    rows: tuple[Row, ...]
    edges: tuple[Edge, ...]

    def rule(self, name: str) -> str:
        r"""LaTeX of the line that gives the derivative of one row; local derivatives stand in it as numbers.

        Examples
        --------
        >>> from gradnotes.trace import reverse
        >>> print(reverse(lambda x1, x2: x1 * x2 - x2, (2.0, 5.0)).rule("v0"))
        \bar v_{0} = 2\,\bar v_{1} - \bar v_{2}
        """
        dot = r"\dot " if self.mode == "forward" else r"\bar "
        source = {row.name: row.expression for row in self.rows}
        if self.mode == "forward":
            terms = [(e.local, e.parent) for e in self.edges if e.child == name]
            if not terms and source[name][0] in "vx":
                return f"{dot}{math(name)} = {dot}{math(source[name])}"
        elif name == "y":
            return f"{dot}y = 1"
        else:
            terms = [(e.local, e.child) for e in self.edges if e.parent == name]
            if name == source["y"]:
                terms.append((1.0, "y"))
        terms.sort(key=lambda pair: pair[0] < 0)  # no sum begins with a minus if it need not
        text = "".join(term(local, dot + math(v)) for local, v in terms).removeprefix(" + ").lstrip(" ")
        return f"{dot}{math(name)} = {text or '0'}"

    def to_markdown(self, digits: int = 3) -> str:
        r"""The table as Markdown with formulas; values are read downwards, adjoints upwards.

        Examples
        --------
        >>> from gradnotes.trace import forward
        >>> print(forward(lambda x: x * x, (3.0,), (1.0,)).to_markdown(1))
        | step | value | rule for its tangent | tangent |
        |---|---|---|---|
        | $v_{0} = x_{1}$ | 3.0 | $\dot v_{0} = \dot x_{1}$ | 1.0 |
        | $v_{1} = v_{0} \times v_{0}$ | 9.0 | $\dot v_{1} = 3\,\dot v_{0} + 3\,\dot v_{0}$ | 6.0 |
        | $y = v_{1}$ | 9.0 | $\dot y = \dot v_{1}$ | 6.0 |
        """
        lines = [f"| step | value | rule for its {self._kind} | {self._kind} |", "|---|---|---|---|"]
        for row in self.rows:
            step = f"{math(row.name)} = {math(row.expression)}"
            value, derivative = fixed(row.value, digits), fixed(row.derivative, digits)
            lines.append(f"| ${step}$ | {value} | ${self.rule(row.name)}$ | {derivative} |")
        return "\n".join(lines)

    @property
    def _kind(self) -> str:
        return "tangent" if self.mode == "forward" else "adjoint"

    def __repr__(self) -> str:
        lines = [["step", "expression", "value", self._kind]]
        lines += [[r.name, r.expression, fixed(r.value, 3), fixed(r.derivative, 3)] for r in self.rows]
        widths = [max(len(line[k]) for line in lines) for k in range(4)]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)

    def _repr_html_(self) -> str:
        heads = ("step", "value", f"rule for its {self._kind}", self._kind)
        head = "".join(f'<th scope="col">{c}</th>' for c in heads)
        body = ""
        for row in self.rows:
            cells = (
                f"{html(math(row.name))} = {html(math(row.expression))}", html(fixed(row.value, 3)),
                html(self.rule(row.name)), html(fixed(row.derivative, 3)),
            )  # fmt: skip
            body += "<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>"
        return f'<table class="gn-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def graph(self) -> tuple[list[dict], list[dict]]:
        """Nodes and edges as plain data, in the order of computation.

        Returns
        -------
        nodes : list of dict
            ``name``, ``expression``, ``value``, ``derivative``.
        edges : list of dict
            ``from``, ``to``, ``local`` (derivative of the step), ``flow``: what the edge carries, local times
            the tangent of its beginning (forward) or the adjoint of its end (reverse).
        """
        derivative = {row.name: row.derivative for row in self.rows}
        edges = []
        for parent, child, local in self.edges:
            carried = derivative[parent if self.mode == "forward" else child]
            edges.append({"from": parent, "to": child, "local": local, "flow": local * carried})
        return [row._asdict() for row in self.rows[:-1]], edges
