"""Reverse mode of automatic differentiation over NumPy arrays. [004 section 3.4]

``grad(f)``, ``value_and_grad(f)`` and ``vjp(f, *x)`` run `f` once on numbers that write down what is done to
them, and sweep back over the list. The elementary functions take arrays, `Var` and `gradnotes.dual.Dual`,
so that both modes can be nested in any order.
"""

from __future__ import annotations

from ..dual.functions import (
    cos,
    exp,
    log,
    logsumexp,
    matmul,
    max,
    mean,
    relu,
    reshape,
    sigmoid,
    sin,
    sqrt,
    sum,
    tanh,
    transpose,
    where,
)
from .gradient import grad, value_and_grad, vjp
from .var import Var

__all__ = [
    "Var", "cos", "exp", "grad", "log", "logsumexp", "matmul", "max", "mean", "relu", "reshape", "sigmoid", "sin",
    "sqrt", "sum", "tanh", "transpose", "value_and_grad", "vjp", "where",
]  # fmt: skip
