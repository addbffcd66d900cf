"""Gradient descent, with or without momentum, and its mini-batch form."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain, repeat
from numbers import Real

import numpy as np

from .loop import Path, descend, positive_rate, whole

__all__ = ["gradient_descent", "inverse_decay", "iterates", "minibatches", "sgd"]


def gradient_descent(
    grad: Callable,
    x0,
    *,
    lr: float | Callable[[int], float] = 0.1,
    momentum: float = 0.0,
    nesterov: bool = False,
    tol: float = 1e-3,
    max_steps: int = 1000,
    project: Callable | None = None,
) -> Path:
    r"""Walk against the gradient until it is small, with or without momentum. [001 GD, GD with momentum]

    .. math:: v_{t+1} = \gamma v_t + \nabla f(x_t), \qquad x_{t+1} = x_t - \eta_t v_{t+1}, \qquad v_0 = 0

    With `nesterov`, the step is :math:`\eta_t(\nabla f(x_t) + \gamma v_{t+1})`. This is the convention of
    ``torch.optim.SGD``; the slides put the rate inside, :math:`v_t = \gamma v_{t-1} + \eta \nabla f`, which
    walks the same path as long as the rate is constant, and another one under a schedule.

    Parameters
    ----------
    grad : callable
        Takes x, returns the gradient, of the shape of x.
    x0 : array_like, any shape
        The start; float64.
    lr : float or callable
        The learning rate, > 0 (unit: x squared over f), or a function of the step 0, 1, ...
    momentum : float
        gamma, in [0, 1).
    nesterov : bool
        Nesterov's variant instead of the heavy ball.
    tol : float
        Stop when the Euclidean norm of the gradient is below it; tested before each step. 0 never stops.
    max_steps : int
        The most steps that are made.
    project : callable, optional
        Maps x to the admissible set after each step; the velocity is left alone.

    Raises
    ------
    ValueError
        If `lr` is not > 0, `x0` is empty or not finite, `grad` or `project` return another shape than x
        (or nothing), or an option is out of its range. A walk that diverges raises nothing:
        ``stop_reason == "diverged"``.

    Examples
    --------
    >>> path = gradient_descent(lambda x: 2 * x, 1.0)
    >>> path.steps, round(float(path.x[3]), 3)
    (35, 0.512)
    >>> gradient_descent(lambda x: 2 * x, 1.0, lr=1.1).stop_reason
    'diverged'
    """
    if not (isinstance(tol, Real) and tol >= 0):
        raise ValueError(f"tol must be >= 0, got {tol!r}: give 0 to walk all max_steps")
    last = whole("max_steps", max_steps, 0)
    batches = repeat(None, last + 1)
    return descend(lambda x, _: grad(x), x0, batches, last, lr, momentum, nesterov, tol, project)


def iterates(grad: Callable, x0, steps: int, **options) -> np.ndarray:
    """The positions after 0, 1, ..., `steps` steps, without a stopping rule: ``(steps + 1, ...)``.

    Shorter if the walk diverges. The options are `lr`, `momentum`, `nesterov` and `project` of
    `gradient_descent`, with its errors.

    Examples
    --------
    >>> iterates(lambda x: 2 * x, 1.0, 2, lr=0.25).tolist()
    [1.0, 0.5, 0.25]
    """
    return gradient_descent(grad, x0, tol=0.0, max_steps=steps, **options).x


def sgd(
    batch_grad: Callable,
    x0,
    n: int,
    *,
    lr: float | Callable[[int], float],
    batch_size: int,
    epochs: int,
    momentum: float = 0.0,
    rng,
    replace: bool = False,
) -> Path:
    r"""Mini-batch descent: each update uses the mean gradient of some rows. [001 SGD; 004 (3.91), (3.94)]

    .. math:: x_{t+1} = x_t - \eta_t \frac{1}{|B_t|} \sum_{i \in B_t} \nabla f_i(x_t)

    An epoch looks at n rows in ceil(n / batch_size) updates: ``batch_size=1`` is stochastic gradient descent,
    ``batch_size=n`` batch gradient descent. It stops early only when it diverges.

    Parameters
    ----------
    batch_grad : callable
        ``batch_grad(x, rows)``: the mean gradient over the rows with these indices, of the shape of x.
    x0, lr, momentum
        As in `gradient_descent`; the step that a schedule receives counts updates, not epochs.
    n, batch_size, epochs : int
        Rows of the data, at least 1; rows of a batch, from 1 to n; at least 1.
    rng : numpy.random.Generator or seed
        Draws the order of the rows.
    replace : bool
        False: every epoch is a fresh shuffle, cut in batches (`minibatches`), so each row is seen once.
        True: every row of every batch is drawn independently from all n.

    Raises
    ------
    ValueError
        As `gradient_descent`, and if `batch_size` is not in 1..n or `epochs` < 1.

    Examples
    --------
    >>> data = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    >>> mean = sgd(lambda w, rows: w - data[rows].mean(), 0.0, 6, lr=inverse_decay(1.0, 1.0),
    ...            batch_size=1, epochs=1, rng=0)
    >>> round(float(mean.x[-1]), 4), mean.steps
    (3.8333, 6)
    """
    n = whole("n", n, 1)
    batch_size = whole("batch_size", batch_size, 1, n)
    epochs = whole("epochs", epochs, 1)
    rng = np.random.default_rng(rng)

    def one_epoch(_) -> list[np.ndarray]:
        return _cut(rng.integers(n, size=n) if replace else rng.permutation(n), batch_size)

    batches = chain.from_iterable(map(one_epoch, range(epochs)))
    return descend(batch_grad, x0, batches, None, lr, momentum, False, 0.0, None)


def minibatches(n: int, size: int, rng) -> list[np.ndarray]:
    """The batches of one epoch: a fresh shuffle of 0..n-1, cut in pieces of `size`; the last may be short.

    Returns ceil(n / size) index arrays that hold each row once. [004 section 3.7.3; 004-E93]

    Raises
    ------
    ValueError
        If `n` < 1 or `size` is not in 1..n.

    Examples
    --------
    >>> [len(rows) for rows in minibatches(10, 4, rng=0)]
    [4, 4, 2]
    """
    n = whole("n", n, 1)
    return _cut(np.random.default_rng(rng).permutation(n), whole("size", size, 1, n))


def inverse_decay(lr: float, decay: float) -> Callable[[int], float]:
    """The schedule lr / (1 + decay * step), to be given as `lr`; ValueError unless lr > 0, decay >= 0. [004 3.7.2]

    Examples
    --------
    >>> [round(inverse_decay(1.0, 1.0)(step), 4) for step in range(4)]
    [1.0, 0.5, 0.3333, 0.25]
    """
    positive_rate(lr)
    if not (isinstance(decay, Real) and 0 <= decay < math.inf):
        raise ValueError(f"decay must be >= 0, got {decay!r}: 0 keeps the rate constant")
    return lambda step: lr / (1 + decay * step)


def _cut(order: np.ndarray, size: int) -> list[np.ndarray]:
    return [order[i : i + size] for i in range(0, len(order), size)]
