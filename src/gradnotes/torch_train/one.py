"""The training loop of one network."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from .parts import Progress, batches, check, make_optimizer, prepare, seeded, streams


class History(NamedTuple):
    """One training: ``loss (T,)`` of every update, before its step, the trained ``model``, why it stopped.

    ``stop_reason`` is ``"epochs"`` or ``"diverged"``; in the second case the last loss is not finite and the
    model is the one that gave it.
    """

    loss: np.ndarray
    model: nn.Module
    stop_reason: str


def train(
    model: nn.Module, loss: Callable, X, y, *, epochs: int, lr, batch_size: int | None = None, rng,
    optimizer="adam", device=None, progress: bool | None = None, momentum: float = 0.0,
    weight_decay: float = 0.0, project: Callable | None = None,
) -> History:  # fmt: skip
    """Train `model` in place by mini-batches; every epoch is a fresh permutation of the rows.

    Parameters
    ----------
    model : nn.Module
        Moved to the device. Parameters with ``requires_grad=False`` stay as they are.
    loss : callable
        ``loss(model(X[rows]), y[rows])`` is one number; a module is copied to the device.
    X, y : array_like or tensors, n rows each
        X takes the model's dtype; y stays integer (int64), or takes the model's dtype.
    epochs : int
        Passes through the data.
    lr : float or callable
        Learning rate > 0, or ``lr(step)`` with the update's number, from 0.
    batch_size : int or None
        Rows of an update, the last of an epoch may be fewer; None takes all rows in their order.
    rng : Generator or seed
        The batch order comes from its first child (``Generator.spawn``), so that it does not depend on what
        was drawn before, say for the initial weights; dropout masks come from the second.
    optimizer : "adam", "sgd" or callable
        A callable gets the parameters and returns an optimizer.
    device : str or None
        See `pick_device`.
    progress : bool or None
        None shows a counter on stderr, except where outputs are compared: under pytest, where
        ``TQDM_DISABLE`` is set, and where stderr is neither a terminal nor a notebook.
    momentum, weight_decay : float
        In [0, 1) for ``"sgd"``; >= 0 for ``"sgd"`` and ``"adam"``.
    project : callable
        Gets the dict of named parameters after each update and may change them in place (max-norm).

    Raises
    ------
    ValueError
        If an argument is out of its range or X and y differ in length.

    Examples
    --------
    >>> line = nn.Linear(1, 1).double()
    >>> X = np.linspace(-1, 1, 8)[:, None]
    >>> history = train(line, nn.functional.mse_loss, X, 3 * X + 1, epochs=80, lr=0.1, batch_size=4, rng=0,
    ...                 optimizer="sgd", device="cpu")
    >>> len(history.loss), history.stop_reason, round(line.weight.item(), 3), round(line.bias.item(), 3)
    (160, 'epochs', 3.0, 1.0)
    """
    params = dict(model.named_parameters())
    X, y, loss, device = prepare(params.values(), loss, X, y, device)
    check(len(X), len(y), epochs, batch_size)
    model.to(device).train()
    params = {name: p for name, p in model.named_parameters() if p.requires_grad}
    step_rule, rate = make_optimizer(optimizer, list(params.values()), lr, momentum, weight_decay)
    order, noise = streams(rng)
    losses, report = [], Progress(progress, epochs)
    with seeded(noise, device):
        for epoch in range(epochs):
            for rows in batches(len(X), batch_size, order):
                rows = torch.as_tensor(rows, device=device)
                value = loss(model(X[rows]), y[rows])
                losses.append(value.item())
                if not np.isfinite(losses[-1]):
                    report.close()
                    return History(np.array(losses), model, "diverged")
                step_rule.zero_grad()
                value.backward()
                rate(len(losses) - 1)
                step_rule.step()
                if project is not None:
                    with torch.no_grad():
                        project(params)
            report(epoch + 1, losses[-1])
    report.close()
    return History(np.array(losses), model, "epochs")
