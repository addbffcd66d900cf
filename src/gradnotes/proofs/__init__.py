r"""Proofs for an undefined phi: certificates that anyone can add up again, found by a program, judged by a kernel.

The gain of the step model with one knob has the slope

.. math:: G'(\theta) = \phi(\theta-a) + 2\,\phi(a_1-\theta) - \phi(b-\theta),

derived by SymPy from its integral, with phi an undefined function. Each inequality about it is a sum, with
coefficients >= 0, of instances of three axioms:

* ODD: phi(-x) = -phi(x);
* MONO: phi(p) < phi(q) for 0 <= p < q;
* SUB: phi(u + v) < phi(u) + phi(v) for u, v > 0, itself proved from concavity (``"subadditivity"``).

What is trusted: `kernel.certify`, the table of `axioms.demands`, the sentences in `statements`, and SymPy's
``expand``, ``diff`` and ``Integral.transform``. What is not: the search. What stays prose: Leibniz' rule,
the mean value theorem, compactness, continuity. ``python -m gradnotes.proofs`` prints everything.
[000 sections 2.2 and 3.1]
"""

from __future__ import annotations

from .axioms import ALL_AXIOMS, MONO, ODD, POINTS, SUB, Axiom, Instance, phi
from .derivation import gain_derivative, gain_integrals
from .kernel import Certificate, Fact, NotProved, certify
from .search import Step, check, find, instance
from .theorems import Theorem, prove, prove_proposition, steps

__all__ = [
    "ALL_AXIOMS",
    "MONO",
    "ODD",
    "POINTS",
    "SUB",
    "Axiom",
    "Certificate",
    "Fact",
    "Instance",
    "NotProved",
    "Step",
    "Theorem",
    "certify",
    "check",
    "find",
    "gain_derivative",
    "gain_integrals",
    "instance",
    "phi",
    "prove",
    "prove_proposition",
    "steps",
]
