"""What is assumed of phi: three axioms, their instances, and the side conditions that each instance owes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import sympy as sp

from .kernel import Certificate, Fact, NotProved, certify
from .text import text

__all__ = ["ALL_AXIOMS", "MONO", "ODD", "POINTS", "SUB", "Axiom", "Instance", "check_instance", "demands", "phi"]

#: The undefined activation: nothing is known about it but the axioms.
phi = sp.Function("phi", real=True)

#: The symbols a, a_1, b, theta of the step model with one knob.
POINTS = tuple(sp.Symbol(name, real=True) for name in ("a", "a_1", "b", "theta"))


class Axiom(StrEnum):
    """The assumptions on phi; `WEAK_SUB` is a mutant of `SUB` that is never strict."""

    ODD = "ODD"
    MONO = "MONO"
    SUB = "SUB"
    WEAK_SUB = "WEAK_SUB"


ODD, MONO, SUB = Axiom.ODD, Axiom.MONO, Axiom.SUB
ALL_AXIOMS = frozenset({ODD, MONO, SUB})


@dataclass(frozen=True)
class Instance(Fact):
    """One axiom at particular arguments, with the certificates of its side conditions.

    ============== ===================================== ====================================
    instance       says                                  owes
    ============== ===================================== ====================================
    ODD(x)         phi(x) + phi(-x) = 0 (sign +1 or -1)  nothing
    MONO(p -> q)   phi(q) - phi(p) > 0 (or >= 0)         p >= 0 and q - p > 0 (or >= 0)
    SUB(u, v)      phi(u) + phi(v) - phi(u+v) > 0        u > 0 and v > 0
    SUB(u, v)      the same with >= 0 (uses phi(0) = 0)  u >= 0 and v >= 0, and ODD
    ============== ===================================== ====================================

    An equality is two instances, ``ODD(x)`` with the signs +1 and -1.
    """

    axiom: Axiom = ODD
    arguments: tuple = ()
    sides: tuple[Certificate, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        """For people: ``SUB(b - theta, 2*theta - 2*a_1)``; ``(-ODD(x))`` is ``ODD(x)`` with the sign -1."""
        if self.axiom == ODD:
            x, sign = self.arguments
            return f"ODD({text(x)})" if sign > 0 else f"(-ODD({text(x)}))"
        return f"{self.axiom}({(' -> ' if self.axiom == MONO else ', ').join(map(text, self.arguments))})"


def demands(axiom: Axiom, arguments: Sequence, strict: bool) -> tuple[sp.Expr, list[Fact], frozenset[Axiom]]:
    """What an instance says, the side conditions that it owes, and the axioms that it stands on.

    Returns
    -------
    (expression, side conditions, axioms)

    Raises
    ------
    NotProved
        If there is no such axiom, or it has no such strict form.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> says, owes, stands_on = demands(SUB, (x, y), strict=True)
    >>> print(says, "|", *owes, "|", *stands_on)
    phi(x) + phi(y) - phi(x + y) | x > 0 y > 0 | SUB
    """
    match axiom, tuple(map(sp.expand, arguments)):
        case Axiom.ODD, (x, sign) if not strict and sign in (1, -1):
            return sp.expand(sign * (phi(x) + phi(sp.expand(-x)))), [], frozenset({ODD})
        case Axiom.MONO, (p, q):
            return phi(q) - phi(p), [Fact(p, strict=False), Fact(sp.expand(q - p), strict)], frozenset({MONO})
        case (Axiom.SUB | Axiom.WEAK_SUB), (u, v) if not (strict and axiom == Axiom.WEAK_SUB):
            stands_on = frozenset({axiom}) if strict else frozenset({axiom, ODD})
            return phi(u) + phi(v) - phi(sp.expand(u + v)), [Fact(u, strict), Fact(v, strict)], stands_on
    raise NotProved(f"no axiom {axiom} of {arguments} with strict={strict}")


def check_instance(instance: Instance, facts: Collection[Fact], axioms: Collection[Axiom]) -> None:
    """Rebuild the instance from its axiom and re-judge every side condition from the facts, or raise `NotProved`."""
    says, owes, stands_on = demands(instance.axiom, instance.arguments, instance.strict)
    if not stands_on <= frozenset(axioms):
        missing = ", ".join(sorted(stands_on - frozenset(axioms)))
        raise NotProved(f"{instance.name} stands on {missing}, which is not among the axioms allowed here")
    if says != instance.expression:
        raise NotProved(f"{instance.name} says {text(says)}, not {text(instance.expression)}")
    if len(owes) != len(instance.sides):
        raise NotProved(f"{instance.name} owes {len(owes)} side conditions, {len(instance.sides)} are certified")
    for condition, certificate in zip(owes, instance.sides, strict=True):
        certify(condition.expression, certificate, facts, strict=condition.strict)
    if not instance.strict and _is_strict(instance, facts):
        raise NotProved(f"{instance.name} is strict by its own side conditions: an instance says all that it shows")


def _is_strict(instance: Instance, facts: Collection[Fact]) -> bool:
    try:
        check_instance(replace(instance, strict=True), facts, Axiom)
    except NotProved:
        return False
    return True
