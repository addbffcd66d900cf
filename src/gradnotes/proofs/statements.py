"""What has to be proved: each theorem as a sentence and a list of steps, rebuilt from the integral at every call.

The changes that a theorem accepts are the keyword arguments of its function; all but the defaults are mutants.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from .axioms import POINTS, phi
from .derivation import gain_derivative
from .kernel import Fact
from .search import Step

__all__ = ["STATEMENTS"]

a, a1, b, theta = POINTS
NOTHING = Fact(sp.Integer(0))  # 0 > 0


def _lengths() -> tuple[sp.Expr, ...]:
    """A, B, L and D: positives, negatives, both, and by how much the negatives outweigh."""
    return a1 - a, b - a1, b - a, a + b - 2 * a1


def _equal(claim: str, expression, facts=(), arguments=(), multipliers=(1,)) -> list[Step]:
    """``expression = 0`` as two steps: it is >= 0 and <= 0."""
    return [
        Step(f"{claim} ({half})", Fact(sp.expand(s * expression), False), tuple(facts), arguments, multipliers)
        for s, half in ((1, "it is >= 0"), (-1, "it is <= 0"))
    ]


def _rises_before(slope, claim, facts, *more, multipliers=(1,)) -> Step:
    """slope > 0 on [a, a_1[."""
    t, r = a1 - theta, theta - a
    return Step(claim, Fact(slope), (*facts, Fact(t), Fact(r, False)), (r, t, 2 * t, b - theta, *more), multipliers)


def _falls_after(slope, claim, facts, *more, closed=False, multipliers=(1,)) -> Step:
    """slope < 0 on ]a_1, b], or on [a_1, b] when closed."""
    t, r = theta - a1, b - theta
    arguments = (r, t, 2 * t, r + 2 * t, theta - a, *more)
    return Step(claim, Fact(-slope), (*facts, Fact(t, not closed), Fact(r, False)), arguments, multipliers)


def _substitute(step: Step, values: dict) -> Step:
    def moved(fact):
        return Fact(sp.expand(fact.expression.subs(values)), fact.strict)

    arguments = tuple(sp.expand(x.subs(values)) for x in step.arguments)
    return Step(step.claim, moved(step.goal), tuple(map(moved, step.facts)), arguments, step.multipliers)


def subadditivity(convex: bool = False, weak_sub: bool = False) -> tuple[str, list[Step]]:
    """The lemma behind the axiom SUB, by two chords from the origin, and again by the mixed derivative (C^2)."""
    z, share, u, v = sp.symbols("z lambda u v", real=True)
    bend = -1 if convex else 1

    def chord(part):  # at part * z, phi lies above its chord from 0 to z
        above = phi(sp.expand(part * z)) - part * phi(z) - (1 - part) * phi(0)
        return Fact(sp.expand(bend * above), not weak_sub)

    gap = phi(u) + phi(v) - phi(u + v)
    bent = Fact(-bend * phi(z).diff(z, 2).subs(z, u + v), not weak_sub)
    return "phi(u + v) < phi(u) + phi(v) for all u, v > 0", [
        Step(
            "two chords, with z = u + v and u = lambda z",
            Fact(phi(share * z) + phi(sp.expand(z - share * z)) - phi(z)),
            (Fact(z), Fact(share), Fact(1 - share), chord(share), chord(1 - share)),
        ),
        *_equal("F(u, v) = phi(u) + phi(v) - phi(u + v) vanishes on u = 0", gap.subs(u, 0)),
        *_equal("F vanishes on v = 0", gap.subs(v, 0)),
        Step("F_uv > 0 for u, v > 0", Fact(gap.diff(u, v)), (Fact(u), Fact(v), bent)),
    ]


def case_1(printed_17: bool = False, printed_left: bool = False) -> tuple[str, list[Step]]:
    """The balanced case. `printed_left`: the source's sign of G' on the left."""
    A, *_ = _lengths()
    slope = gain_derivative(printed_17=printed_17)
    side = "< 0" if printed_left else "> 0"
    steps = [
        *_equal("G'(a_1) = 0", slope.subs(theta, a1), (Fact(A),), (A,)),
        _rises_before(-slope if printed_left else slope, f"G' {side} on [a, a_1[", (Fact(A),)),
        _falls_after(slope, "G' < 0 on ]a_1, b]", (Fact(A),)),
    ]
    sentence = (
        f"if A = B, then G' {side} on [a, a_1[, G'(a_1) = 0 and G' < 0 on ]a_1, b]: a_1 is the only maximiser on [a, b]"
    )
    return sentence, [_substitute(step, {b: 2 * a1 - a}) for step in steps]


def case_2(printed_17: bool = False, threshold: bool = True, imbalance: bool = True) -> tuple[str, list[Step]]:
    """The uneven case. `threshold` and `imbalance`: whether its two hypotheses are there."""
    A, _, L, D = _lengths()
    slope = gain_derivative(printed_17=printed_17)
    sizes = (Fact(A), Fact(D, imbalance))
    above = (Fact(2 * phi(A) - phi(L)),) if threshold else ()
    sentence = (
        f"if A {'<' if imbalance else '<='} B{' and 2 phi(A) > phi(L)' if threshold else ''}, then G'(a) > 0 "
        "and G' < 0 on [a_1, b]: every maximiser on [a, b] lies in ]a, a_1[; near balance the threshold holds"
    )
    return sentence, [
        Step("G'(a) > 0", Fact(slope.subs(theta, a)), (*sizes, *above), (A, L)),
        _falls_after(slope, "G' < 0 on [a_1, b]", sizes, closed=True),
        Step("2 phi(L/2) > phi(L)", Fact(2 * phi(L / 2) - phi(L)), (Fact(L),), (L / 2, L)),
    ]


def case_3(printed_17: bool = False, factor=3) -> tuple[str, list[Step]]:
    """The very uneven case. `factor`: what stands in the place of 3."""
    A, B, _, D = _lengths()
    slope = gain_derivative(printed_17=printed_17)
    try:
        factor = sp.Rational(str(factor))
    except (TypeError, ValueError):
        raise ValueError(f"factor must be a number, got {factor!r}: use an integer or a Fraction") from None
    facts = (Fact(A), Fact(B), Fact(phi(B) - factor * phi(A)))
    inside = (Fact(theta - a, False), Fact(a1 - theta, False))
    return f"if phi(B) > {factor} phi(A), then G' < 0 on [a, b]: a is the only maximiser on [a, b]; moreover 3A < B", [
        Step("A < B, because A >= B is contradictory", NOTHING, (*facts, Fact(-D, False)), (A, B)),
        Step("G' < 0 on [a, a_1]", Fact(-slope), (*facts, *inside), (theta - a, a1 - theta, A, B, b - theta)),
        _falls_after(slope, "G' < 0 on [a_1, b]", (*facts, Fact(D)), closed=True),  # D > 0 by the first step
        Step(
            "3A < B, because 3A >= B is contradictory",
            NOTHING,
            (*facts, Fact(sp.expand(3 * A - B), False)),
            (A, 2 * A, 3 * A, B),
        ),
    ]


def exact_weights(inverse_frequency: bool = False) -> tuple[str, list[Step]]:
    """Two weights that move the maximiser to a_1. `inverse_frequency`: weights 1/length in place of 1/phi(length)."""
    A, B, *_ = _lengths()
    plus, minus = weights = sp.symbols("w_+ w_-", positive=True)
    slope = gain_derivative(weights)
    law = sp.expand(plus * A - minus * B if inverse_frequency else plus * phi(A) - minus * phi(B))
    facts = (Fact(A), Fact(B), Fact(law, False), Fact(-law, False))
    sentence = (
        f"if {'w+ A = w- B' if inverse_frequency else 'w+ phi(A) = w- phi(B)'}, then G_w' > 0 on [a, a_1[, "
        "G_w'(a_1) = 0 and G_w' < 0 on ]a_1, b]: a_1 is the only maximiser of G_w on [a, b]"
    )
    return sentence, [
        *_equal("G_w'(a_1) = 0", slope.subs(theta, a1), facts, (A,), weights),
        _rises_before(slope, "G_w' > 0 on [a, a_1[", facts, A, B, multipliers=weights),
        _falls_after(slope, "G_w' < 0 on ]a_1, b]", facts, A, B, multipliers=weights),
    ]


STATEMENTS: dict[str, Callable[..., tuple[str, list[Step]]]] = {
    "subadditivity": subadditivity,
    "case 1": case_1,
    "case 2": case_2,
    "case 3": case_3,
    "exact weights": exact_weights,
}
