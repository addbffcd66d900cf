"""The activations, each with its derivative as a function of the activation."""

from __future__ import annotations

import numpy as np

from ..losses import sigmoid, softmax

__all__ = ["ACTIVATIONS", "OUTPUTS", "PARTNER"]

# sigma, and sigma' written in terms of a = sigma(z): the backward sweep computes no sigma a second time.
ACTIVATIONS = {
    "identity": (lambda z: z, np.ones_like),
    "sigmoid": (sigmoid, lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "relu": (lambda z: np.maximum(z, 0.0), lambda a: (a > 0).astype(float)),
}
OUTPUTS = {**{name: pair[0] for name, pair in ACTIVATIONS.items()}, "softmax": softmax}
PARTNER = {"bce": "sigmoid", "cross_entropy": "softmax"}  # the output with which delta^(L) is a - y
