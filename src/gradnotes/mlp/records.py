"""What a backward sweep and a training return."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Gradients", "Training", "flat"]


class Gradients(NamedTuple):
    """What one backward sweep finds; index k is layer k + 1.

    ``weights[k] (n_k, n_{k+1})`` and ``biases[k] (n_{k+1},)`` are slopes of the mean loss (1/n is inside);
    ``deltas[k] (n, n_{k+1})`` is dL_i/dz, sample by sample and without 1/n.
    """

    weights: list[np.ndarray]
    biases: list[np.ndarray]
    deltas: list[np.ndarray]

    @property
    def theta(self) -> np.ndarray:
        """The slopes of all parameters as one vector, in the order of `MLP.theta`."""
        return flat(self.weights, self.biases)


class Training(NamedTuple):
    """How a training went: batch loss and gradient norm of each step, taken before its update.

    `watched` holds what the callback of `MLP.fit` returned: at the start, then after each epoch.
    """

    loss: np.ndarray
    grad_norm: np.ndarray
    watched: list
    stop_reason: str = "max_steps"

    @property
    def steps(self) -> int:
        """The number of updates."""
        return len(self.loss)


def flat(weights, biases) -> np.ndarray:
    """W1, b1, W2, b2, ..., each row by row, as one vector."""
    return np.concatenate([np.ravel(p) for pair in zip(weights, biases, strict=True) for p in pair])
