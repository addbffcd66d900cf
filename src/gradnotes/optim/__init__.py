"""Gradient descent and its variants: momentum, projection, schedules, mini-batches; whole paths returned."""

from __future__ import annotations

from .descent import gradient_descent, inverse_decay, minibatches, sgd
from .walk import Path

__all__ = ["Path", "gradient_descent", "inverse_decay", "minibatches", "sgd"]
