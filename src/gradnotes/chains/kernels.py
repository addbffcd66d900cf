"""phi' of the five activations without temporary arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..gain import Algebraic, Arctan, Erf, Softsign, Tanh

__all__ = ["peak", "slope"]

FAST = (Algebraic, Arctan, Erf, Softsign, Tanh)


def peak(phi) -> float:
    """The largest value of phi', which the five take at 0; infinite for an activation that is not known."""
    return float(phi.derivative(0.0)) if type(phi) in FAST else np.inf


def slope(phi, L: float = 1.0) -> Callable:
    """A function (z, out, alpha) that writes alpha/L phi'(L z) to out and may spoil z: lengths in units of L."""
    s, unit = getattr(phi, "scale", 1.0) / L, 1 / L**2

    def algebraic(z, out, alpha):
        np.multiply(z, z, out=z)
        z += s * s
        np.sqrt(z, out=out)
        out *= z
        np.divide(alpha * unit * s * s, out, out=out)

    def arctan(z, out, alpha):
        np.multiply(z, z, out=out)
        out += s * s
        np.divide(alpha * unit * s * 2 / np.pi, out, out=out)

    def tanh(z, out, alpha):  # 4 e / (1 + e)^2 with e = exp(-2 |z| / s)
        np.abs(z, out=z)
        z *= -2 / s
        np.exp(z, out=z)
        np.add(z, 1, out=out)
        out *= out
        z *= 4 * alpha * unit / s
        np.divide(z, out, out=out)

    def erf(z, out, alpha):
        np.multiply(z, z, out=z)
        z *= -1 / (s * s)
        np.exp(z, out=out)
        out *= 2 * alpha * unit / (s * np.sqrt(np.pi))

    def softsign(z, out, alpha):
        np.abs(z, out=out)
        out += s
        out *= out
        np.divide(alpha * unit * s, out, out=out)

    def other(z, out, alpha):
        np.multiply(phi.derivative(L * z), alpha / L, out=out)

    fast = {Algebraic: algebraic, Arctan: arctan, Tanh: tanh, Erf: erf, Softsign: softsign}
    return fast.get(type(phi), other)
