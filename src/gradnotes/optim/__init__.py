"""Gradient descent and its variants: momentum, projection, schedules, mini-batches; whole paths returned."""

from __future__ import annotations

from .descent import gradient_descent, inverse_decay, iterates, minibatches, sgd
from .loop import Path

__all__ = ["Path", "gradient_descent", "inverse_decay", "iterates", "minibatches", "sgd"]
