"""The theorems of the book: found by search, believed only as far as `verify` can rebuild them."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from dataclasses import dataclass, field

from .axioms import ALL_AXIOMS, SUB, Axiom
from .kernel import Certificate, NotProved
from .search import Step, check, find
from .statements import STATEMENTS

__all__ = ["Theorem", "prove", "prove_proposition", "steps"]


@dataclass
class Theorem:
    """A sentence with one certificate for each of its steps. [000 section 3.1]

    Attributes
    ----------
    name : str
        One of ``"subadditivity" "case 1" "case 2" "case 3" "exact weights"``.
    statement : str
        For every odd, continuous phi that is strictly concave on the open half line and tends to 1;
        A = a_1 - a > 0, B = b - a_1 > 0 and L = A + B.
    certificates : list of Certificate
        One for each step, in order; a certificate is a list of (coefficient, fact).
    axioms : frozenset
        What it was allowed to use.
    changes : dict
        The mutations of the statement, usually none.

    Examples
    --------
    >>> theorem = prove("case 1")
    >>> print(theorem.certificates[-1])
    SUB(2*a_1 - a - theta, 2*theta - 2*a_1) + SUB(theta - a_1, theta - a_1) + 2 (-ODD(theta - a_1)) + ODD(theta - a)
    >>> theorem.verify()
    True
    """

    name: str
    statement: str
    certificates: list[Certificate]
    axioms: frozenset = ALL_AXIOMS
    changes: dict = field(default_factory=dict)

    def verify(self) -> bool:
        """Rebuild the statement from the integral and judge every certificate again, down to its side conditions.

        Raises
        ------
        NotProved
            If a certificate is missing, too many, or does not hold; nothing that is stored is believed.
        """
        statement, expected, axioms = _problem(self.name, self.axioms, self.changes)
        if self.statement != statement:
            raise NotProved(f"{self.name}: the certificates belong to {statement!r}, not to {self.statement!r}")
        if len(self.certificates) != len(expected):
            raise NotProved(f"{self.name}: {len(expected)} steps, but {len(self.certificates)} certificates")
        for step, certificate in zip(expected, self.certificates, strict=True):
            check(step, certificate, axioms)
        return True


def steps(name: str, **changes) -> list[Step]:
    """The steps of a theorem: goals, hypotheses, and where the search looks.

    Raises
    ------
    ValueError
        If the name or a change is unknown.

    Examples
    --------
    >>> [step.claim for step in steps("case 2")]
    ["G'(a) > 0", "G' < 0 on [a_1, b]", '2 phi(L/2) > phi(L)']
    """
    return _problem(name, ALL_AXIOMS, changes)[1]


def prove(name: str, *, axioms: Collection[Axiom] = ALL_AXIOMS, **changes) -> Theorem:
    """Search for the certificates of a theorem and verify them.

    The lemma ``"subadditivity"`` is what justifies the axiom SUB; its proof uses ODD and concavity (chords, or
    the second derivative), never SUB itself.

    Parameters
    ----------
    name : str
        ``"subadditivity"``, ``"case 1"``, ``"case 2"``, ``"case 3"`` or ``"exact weights"``.
    axioms : collection of Axiom
        A part of `ALL_AXIOMS`: what may be used.
    **changes
        ``weak_sub`` (everywhere), ``convex`` (the lemma), ``printed_17`` (cases 1 to 3), ``printed_left`` (case 1),
        ``threshold`` and ``imbalance`` (case 2, True unless dropped), ``factor`` (case 3),
        ``inverse_frequency`` (exact weights): mutations of the statement.

    Raises
    ------
    NotProved
        If a step has no certificate; the message names the step.
    ValueError
        If the name, a change or an axiom is unknown.

    Examples
    --------
    >>> prove("case 3").statement
    "if phi(B) > 3 phi(A), then G' < 0 on [a, b]: a is the only maximiser on [a, b]; moreover 3A < B"
    >>> prove("case 3", factor=2)
    Traceback (most recent call last):
    ...
    gradnotes.proofs.kernel.NotProved: case 3: G' < 0 on [a, a_1]: no certificate from MONO, ODD, SUB and the hypotheses
    """
    statement, problem, usable = _problem(name, axioms, changes)
    try:
        certificates = [find(step, usable) for step in problem]
    except NotProved as reason:
        raise NotProved(f"{name}: {reason}") from None
    theorem = Theorem(name, statement, certificates, frozenset(axioms), dict(changes))
    theorem.verify()
    return theorem


def prove_proposition() -> list[Theorem]:
    """The Proposition of source 000, section 3.1: its lemma and its three cases.

    Examples
    --------
    >>> [theorem.name for theorem in prove_proposition()]
    ['subadditivity', 'case 1', 'case 2', 'case 3']
    """
    return [prove(name) for name in ("subadditivity", "case 1", "case 2", "case 3")]


def _problem(name: str, axioms: Collection, changes: dict) -> tuple[str, list[Step], frozenset]:
    if name not in STATEMENTS:
        raise ValueError(f"name must be one of {', '.join(map(repr, STATEMENTS))}, got {name!r}")
    if unknown := sorted(map(str, set(axioms) - ALL_AXIOMS)):
        raise ValueError(f"axioms must be a part of ALL_AXIOMS = {{ODD, MONO, SUB}}, got also {unknown}")
    theorem, changes, usable = STATEMENTS[name], dict(changes), frozenset(map(Axiom, axioms))
    known = {*inspect.signature(theorem).parameters, "weak_sub"}
    if unknown := sorted(set(changes) - known):
        raise ValueError(f"{name!r} knows no change {unknown}: it accepts {', '.join(sorted(known))}")
    if name == "subadditivity":
        usable -= {SUB}  # what is to be proved is not assumed
    elif changes.pop("weak_sub", False) and SUB in usable:
        usable = usable - {SUB} | {Axiom.WEAK_SUB}
    return *theorem(**changes), usable
