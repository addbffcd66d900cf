"""The gain function of the step model, and the same loss on data. [000]"""

from __future__ import annotations

from .activations import PHIS, Algebraic, Arctan, Erf, Softsign, Tanh
from .model import StepModel
from .regime import Regime, RegimeReport
from .sample import Sample
from .series import sharpness_series

__all__ = [
    "PHIS",
    "Algebraic",
    "Arctan",
    "Erf",
    "Regime",
    "RegimeReport",
    "Sample",
    "Softsign",
    "StepModel",
    "Tanh",
    "sharpness_series",
]
