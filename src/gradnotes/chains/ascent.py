"""The simulator: all chains in one array, the inputs drawn in blocks that stay in the processor's cache.

Inside, t = (theta - a_1)/L is what moves: means and variances near a_1 lose no digits, and inputs are plain
random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from ..gain import StepModel
from .door import activation, places, rate, three, whole
from .kernels import peak, slope

__all__ = ["Ascent", "ascend"]

BLOCK = 16384  # inputs that are drawn and worked on together


class Ascent(NamedTuple):
    """What `ascend` returns. "Second half" are the values after the steps from ``steps // 2`` on.

    Attributes
    ----------
    theta : ndarray (chains,)
        The last iterates.
    mean, variance : float
        Over the second half of the steps and all chains.
    escaped : float
        Share of the chains that left [a, b] at least once (with `project` they were put back to the wall).
    averages : ndarray (chains,)
        The mean of each chain over the second half.
    spreads : ndarray (chains,)
        The mean square of each chain about `mean`, second half; their mean is `variance`.
    path : ndarray (steps + 1, keep)
        The first `keep` chains from start to end.
    note : str
        Empty, or what `escaped` says about the step size.
    """

    theta: np.ndarray
    mean: float
    variance: float
    escaped: float
    averages: np.ndarray
    spreads: np.ndarray
    path: np.ndarray
    note: str

    @property
    def mean_error(self) -> float:
        """Standard error of `mean`, from the chains, which are independent (the steps are not); NaN for one."""
        return _standard_error(self.averages)

    @property
    def variance_error(self) -> float:
        """Standard error of `variance`, from the chains; NaN for one chain."""
        return _standard_error(self.spreads)


def ascend(
    model: StepModel,
    phi,
    *,
    lr: float | Callable[[int], float],
    batch_size: int,
    steps: int,
    chains: int,
    rng,
    project: bool = True,
    start=None,
    keep: int = 0,
) -> Ascent:
    r"""Stochastic gradient ascent on the gain per unit density: many independent chains in one array.

    .. math:: \theta \leftarrow \theta + \frac{\alpha}{m} \sum_{j=1}^{m} y(x_j)\, \varphi'(x_j - \theta)

    Parameters
    ----------
    model : StepModel with one cut
    phi : an activation with ``derivative``
        The five of `gradnotes.gain` are worked out in place, others through their method.
    lr : float > 0, or callable(step)
        alpha, in x-units squared; the step counts from 0.
    batch_size : int
        m: fresh inputs for each step of each chain.
    steps, chains : int
    rng : Generator or seed
        The inputs are ``a + (b - a) * rng.random((batch_size, chains))``, step after step.
    project : bool
        Put theta back to the nearest end of [a, b] after each step.
    start : number or array (chains,), optional
        In [a, b]; default a_1.
    keep : int
        How many chains leave their whole path.

    Returns
    -------
    Ascent

    Raises
    ------
    ValueError
        If the model has several cuts, phi has no derivative, or a number is out of its range.

    Examples
    --------
    >>> from gradnotes.gain import Algebraic, StepModel
    >>> run = ascend(StepModel((0, .3, 1)), Algebraic(.01), lr=.001, batch_size=1, steps=400, chains=500, rng=0)
    >>> run.theta.shape, 0.015 < run.variance**0.5 < 0.021, run.escaped
    ((500,), True, 0.0)
    """
    a, cut, b = three(model)
    L, alpha_at, write = b - a, rate(lr), slope(activation(phi), b - a)
    for name, value, least in (("batch_size", batch_size, 1), ("steps", steps, 1), ("chains", chains, 1)):
        whole(name, value, least)
    whole("keep", keep, 0)
    t, gone = places(start, a, cut, b, chains) / L, np.zeros(chains, dtype=bool)
    low, high, reach, half = (a - cut) / L, (b - cut) / L, peak(phi) / L, steps // 2
    path = np.full((steps + 1, min(keep, chains)), t[:keep])
    total, square, scratch = np.zeros((3, chains))
    draws = _Inputs(np.random.default_rng(rng), -low, batch_size, chains)
    walk, room = np.empty((draws.several, chains)), np.empty((2, draws.rows, chains))
    safe = 0.0  # how far the chains can move before one of them may leave

    def moves(piece, t, alpha):  # piece is a_1 - x, its sign is the label of x
        z, force = room[:, : len(piece)]
        np.add(piece, t, out=z)
        write(z, force, alpha)
        return np.copysign(force, piece, out=force)

    step = 0
    while step < steps:
        for k, pieces in enumerate(draws.block(steps - step)):
            alpha = alpha_at(step + k)
            if batch_size == 1:
                t = np.add(t, moves(pieces[0], t, alpha)[0], out=walk[k])
            else:
                pushes = (moves(piece, t, alpha / batch_size).sum(axis=0) for piece in pieces)
                t = np.add(t, sum(pushes), out=walk[k])
            safe -= alpha * reach
            if safe <= 0:
                gone |= (t < low) | (t > high)
                if project:
                    np.clip(t, low, high, out=t)
                safe = 0.999 * float(min(t.min() - low, high - t.max()))
        path[step + 1 : step + k + 2] = walk[: k + 1, :keep]
        for row in walk[max(0, half - step) : k + 1]:
            total += row
            square += np.multiply(row, row, out=scratch)
        step += k + 1
    n = steps - half
    return _record(L * t, L / n * total, L * L / n * square, gone, L * path, model, project)


class _Inputs:
    """For each step the values (a_1 - x)/L of its batch, in pieces of at most `rows` rows."""

    def __init__(self, rng, A: float, batch_size: int, chains: int):
        self.rng, self.A, self.batch_size = rng, A, batch_size
        self.rows = min(batch_size, max(1, BLOCK // chains))
        self.several = max(1, BLOCK // (chains * batch_size))  # steps that are drawn in one go
        self.room = np.empty((self.several, 1, self.rows, chains))

    def block(self, left: int) -> Iterable:
        """The batches of the next steps, at most `left`."""
        if self.rows == self.batch_size:
            return self._draw(self.room[:left])
        sizes = (min(self.rows, self.batch_size - first) for first in range(0, self.batch_size, self.rows))
        return [(self._draw(self.room[0, 0, :size]) for size in sizes)]

    def _draw(self, block):
        self.rng.random(out=block)
        return np.subtract(self.A, block, out=block)


def _record(t, average, square, gone, path, model, project) -> Ascent:
    a, cut, b = model.knots
    mean, escaped, note = float(average.mean()), float(gone.mean()), ""
    if escaped:
        fate = "were put back at each step" if project else "ran on outside, where the gain is flat"
        note = (
            f"{escaped:.1%} of the chains left [{a:g}, {b:g}] and {fate}: "
            "lower lr, raise batch_size or take a blunter phi"
        )
    spreads = square - 2 * mean * average + mean**2
    return Ascent(t + cut, cut + mean, float(spreads.mean()), escaped, average + cut, spreads, path + cut, note)


def _standard_error(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else float("nan")
