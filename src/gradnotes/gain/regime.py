"""Which case of the Proposition applies, and what becomes of the smaller class. [000 section 3.1]"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from .maximiser import offset_of_maximum

__all__ = ["Regime", "RegimeReport"]

EPS = float(np.finfo(float).eps)


class Regime(Enum):
    """What the maximiser of the gain does to the smaller class."""

    BALANCED = "the learned cut is the true one"
    INTERIOR = "the learned cut is biased, both classes are seen"
    COLLAPSED = "the learned cut is an end of the interval: a class is ignored"


@dataclass(frozen=True, eq=False)
class RegimeReport:
    """`kind` is a `Regime`; `case` is the case of the Proposition whose hypothesis holds, 1, 2, 3 or None.

    Case 2 stands for the explicit hypothesis A < B and 2 phi(A) > phi(L), case 3 for phi(B) > 3 phi(A); None
    is the gap between them, and any model whose two weights differ. Equal to a `Regime` of the same kind.

    Examples
    --------
    >>> RegimeReport(Regime.COLLAPSED, 3) == Regime.COLLAPSED
    True
    """

    kind: Regime
    case: int | None

    def __eq__(self, other):
        if isinstance(other, Regime):
            return self.kind is other
        if isinstance(other, RegimeReport):
            return (self.kind, self.case) == (other.kind, other.case)
        return NotImplemented

    def __hash__(self):
        return hash(self.kind)


def regime_of(a, cut, b, phi, weights) -> RegimeReport:
    """The report for knots (a, cut, b); A > B is answered by the reflected model, weights swapped."""
    plus, minus = weights
    A, B, slack = cut - a, b - cut, 4 * EPS * max(abs(a), abs(b))
    if A > B:
        A, B, plus, minus = B, A, minus, plus
    near, far, whole = float(phi(A)), float(phi(B)), float(phi(A + B))
    if plus == minus and slack >= B - A:
        return RegimeReport(Regime.BALANCED, 1)
    offset = offset_of_maximum(A, B, phi, (plus, minus))
    if plus != minus and abs(plus * near - minus * far) <= 8 * EPS * (plus * near + minus * far):
        kind = Regime.BALANCED
    else:
        kind = Regime.COLLAPSED if offset in (-A, B) else Regime.INTERIOR
    case = None
    if plus == minus:
        case = 2 if 2 * near > whole else 3 if far > 3 * near else None
    return RegimeReport(kind, case)
