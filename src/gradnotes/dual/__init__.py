"""Forward mode of automatic differentiation: dual numbers over NumPy arrays. [004 section 3.4]

``derivative(f, x)`` and ``jvp(f, x, v)`` run `f` on numbers that carry a tangent. The elementary
functions (``exp``, ``sin``, ...) are those of `gradnotes.tape`: they take arrays and numbers of both modes.
"""

from __future__ import annotations

from .number import Dual, derivative, jvp

__all__ = ["Dual", "derivative", "jvp"]
