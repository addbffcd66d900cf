"""Equation (18) from equation (16): the derivative of the gain, for an undefined phi. [000 (16)-(18)]"""

from __future__ import annotations

from functools import cache

import sympy as sp

from .axioms import POINTS, phi

__all__ = ["gain_derivative", "gain_integrals"]


def gain_integrals(weights=(1, 1), printed_17: bool = False) -> list[sp.Integral]:
    r"""The two halves of the gain, moved so that theta stands in the limits only. [000 (16), (17)]

    .. math:: G(\theta) = \int_a^{a_1} -\phi(x-\theta)\,dx + \int_{a_1}^b \phi(x-\theta)\,dx
              = -\int_{a-\theta}^{a_1-\theta}\phi(t)\,dt + \int_{a_1-\theta}^{b-\theta}\phi(t)\,dt

    Parameters
    ----------
    weights : (positive side, negative side)
    printed_17 : bool
        True: the second line as the source prints it, without the minus.

    Returns
    -------
    list of two SymPy integrals
    """
    a, a1, b, theta = POINTS
    x, t = sp.symbols("x t", real=True)
    g = -phi(x - theta)
    halves = [(+1, (a, a1)), (-1, (a1, b))]  # the truth y is +1 on [a, a_1] and -1 on [a_1, b]
    moved = [
        sp.Integral(w * y * g, (x, *ends)).transform(x - theta, t)
        for w, (y, ends) in zip(weights, halves, strict=True)
    ]
    return [-moved[0], moved[1]] if printed_17 else moved


@cache  # pure, and SymPy needs 50 ms
def gain_derivative(weights=(1, 1), printed_17: bool = False) -> sp.Expr:
    r"""G'(theta) by Leibniz' rule, from the integrals. [000 (18)]

    .. math:: G'(\theta) = -\phi(a-\theta) - \phi(b-\theta) + 2\,\phi(a_1-\theta)

    Examples
    --------
    >>> gain_derivative()
    -phi(a - theta) + 2*phi(a_1 - theta) - phi(b - theta)
    """
    theta = POINTS[3]
    return sp.expand(sum(half.diff(theta).doit() for half in gain_integrals(weights, printed_17)))
