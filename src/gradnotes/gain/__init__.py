"""The gain function of the step model: activations, gain, maximiser, bias, regime, weights. [000]"""

from __future__ import annotations

from .activations import PHIS, Algebraic, Arctan, Erf, Softsign, Tanh
from .model import StepModel
from .regime import Regime, RegimeReport
from .series import sharpness_series

__all__ = [
    "PHIS",
    "Algebraic",
    "Arctan",
    "Erf",
    "Regime",
    "RegimeReport",
    "Softsign",
    "StepModel",
    "Tanh",
    "sharpness_series",
]
