r"""Losses: value and gradient together, with the convention in the name. [004 section 3.5]

Each function returns ``(value, gradient)``; the gradient has the shape of the prediction. `reduction` says
what is done with the terms of the sum:

==============  ==========================================  =========================================
``"mean"``      their average (torch's default)             `mse` is (3.52.2) with c = 1/n
``"sum"``       their sum                                   `mse` is (3.52.2) with c = 1
``"half_sum"``  half their sum                              `mse` is (3.52.2) with c = 1/2, as (3.53)
==============  ==========================================  =========================================

The minimiser is the same for all three; the gradient, and so the learning rate, is not (004-E64).
"""

from __future__ import annotations

from .classification import bce, bce_with_logits, one_hot, sigmoid, softmax, softmax_cross_entropy
from .regression import huber, mse, tukey

__all__ = [
    "bce",
    "bce_with_logits",
    "huber",
    "mse",
    "one_hot",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy",
    "tukey",
]
