r"""Losses for imbalanced data, from logits: weighted and smoothed cross-entropy, focal loss, class weights.

Everything is computed from the margin :math:`m = \log\sum_{c\ne y} e^{z_c} - z_y` or from log-softmax, so
that value and gradient stay finite for logits of any size. Half precision is raised to float32 inside.
"""

from __future__ import annotations

from .decision import best_output, decision_threshold
from .modules import FocalLoss, WeightedCrossEntropy
from .weights import class_balanced_weights, effective_number, inverse_frequency_weights

__all__ = [
    "FocalLoss",
    "WeightedCrossEntropy",
    "best_output",
    "class_balanced_weights",
    "decision_threshold",
    "effective_number",
    "inverse_frequency_weights",
]
