"""Many chains of stochastic gradient ascent on the step model at once, and their stationary law without dice.

One chain moves by theta <- theta + (lr/m) sum_j y(x_j) phi'(x_j - theta), with x_1 .. x_m fresh and uniform
on [a, b]: the gradient of the gain of m points, per unit density. [000 (9), section 3.2]
"""

from __future__ import annotations

from .ascent import Ascent, ascend
from .law import LinearTheory, StationaryLaw, linear_theory, stationary_law

__all__ = ["Ascent", "LinearTheory", "StationaryLaw", "ascend", "linear_theory", "stationary_law"]
