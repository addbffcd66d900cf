"""Training of many networks of the slides at once, each on its own split of the data. [002 BN listing]"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from .lenet import LeNets

__all__ = ["LeNetHistory", "train_lenets"]


class LeNetHistory(NamedTuple):
    """What `train_lenets` returns, for S networks.

    ``loss (epochs, S)``, ``epochs`` that were measured, ``accuracy (len(epochs), S)``, ``train (S, n_train)`` and
    ``test (S, n_test)`` row numbers, ``watched`` results of `watch`.
    """

    loss: np.ndarray
    epochs: tuple[int, ...]
    accuracy: np.ndarray
    train: np.ndarray
    test: np.ndarray
    watched: list


def train_lenets(
    networks: LeNets,
    X,
    y,
    rngs,
    *,
    n_train: int,
    n_test: int | None = None,
    lr,
    epochs: int,
    batch_size: int = 64,
    momentum: float = 0.0,
    optimizer: str = "sgd",
    evaluate: Sequence[int] | None = None,
    watch: Callable | None = None,
) -> LeNetHistory:
    """Train all networks at once, each on its own split of the data, and measure them on the rest.

    Network k permutes the rows with ``default_rng(rngs[k])``: the first `n_train` are its training set.
    Batches are fresh permutations from the same generator; the incomplete batch of an epoch is dropped.

    Parameters
    ----------
    networks : LeNets
    X, y : arrays (n, 1, 28, 28) and (n,)
    rngs : sequence of Generators or seeds, one for each network
    n_train, n_test : int
        How many rows to train on, and how many of the others to measure on (default: all of them).
    lr : float or sequence of S floats
        Learning rate, one for all or one for each network (SGD only).
    epochs, batch_size, momentum
    optimizer : {"sgd", "adam"}
    evaluate : sequence of int, optional
        After which epochs accuracy is measured; default: after the last.
    watch : callable, optional
        ``watch(networks, x_train)`` before training and after each epoch; results are kept.

    Raises
    ------
    ValueError
        If the generators are not S, the split is empty, X is not finite, a label is not 0..9, an epoch of `evaluate`
        is not between 1 and `epochs`, a number is out of its range, or the optimiser is unknown or cannot take
        several rates.

    Examples
    --------
    >>> images, labels = np.zeros((8, 1, 28, 28), np.float32), np.zeros(8, int)
    >>> nets = LeNets([0, 1])
    >>> train_lenets(nets, images, labels, [0, 1], n_train=4, lr=1.0, epochs=3, batch_size=4).loss.shape
    (3, 2)
    """
    size, rngs = networks.size, [np.random.default_rng(rng) for rng in rngs]
    if len(rngs) != size:
        raise ValueError(f"rngs must hold one generator for each of the {size} networks, got {len(rngs)}")
    if np.shape(lr) not in ((), (size,)):
        raise ValueError(f"lr must be one number or {size}, one for each network, got shape {np.shape(lr)}")
    rates = np.broadcast_to(np.asarray(lr, dtype=np.float32), (size,))
    if not 0 < batch_size <= n_train < len(X) or len(X) != len(y):
        raise ValueError(
            f"0 < batch_size <= n_train < n must hold with as many labels, got {batch_size}, {n_train}, "
            f"{len(X)} pictures, {len(y)} labels"
        )
    if not (rates > 0).all():
        raise ValueError(f"lr must be > 0, got {lr!r}: it is the length of a step")
    if optimizer not in ("sgd", "adam"):
        raise ValueError(f"optimizer must be 'sgd' or 'adam', got {optimizer!r}")
    if optimizer == "adam" and (rates != rates[0]).any():
        raise ValueError(f"adam takes one lr for all networks, got {lr!r}: train them one after another")
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum!r}: at 1 the velocity never fades")
    if not isinstance(epochs, (int, np.integer)) or epochs < 1:
        raise ValueError(f"epochs must be an integer >= 1, got {epochs!r}: it counts passes through the data")
    evaluate = (epochs,) if evaluate is None else tuple(evaluate)
    if not set(evaluate) <= set(range(1, epochs + 1)):
        raise ValueError(f"evaluate must hold epochs from 1 to {epochs}, got {evaluate}: nothing is measured later")
    if n_test is not None and not 1 <= n_test <= len(X) - n_train:
        raise ValueError(f"n_test must be from 1 to {len(X) - n_train} (what training leaves), got {n_test!r}")
    if not np.isfinite(X).all() or not np.isin(y, range(10)).all():
        raise ValueError("X must be finite and y hold labels 0 to 9: leave other rows out")
    device = next(networks.parameters()).device
    X = torch.as_tensor(np.asarray(X, dtype=np.float32), device=device)
    y = torch.as_tensor(np.asarray(y, dtype=np.int64), device=device)
    order = np.stack([rng.permutation(len(y)) for rng in rngs])
    train, test = order[:, :n_train], order[:, n_train:][:, :n_test]
    rest, seen = (X[torch.as_tensor(test)], y[torch.as_tensor(test)]), X[torch.as_tensor(train)]
    parameters = list(networks.parameters())
    step = _stepper(parameters, torch.as_tensor(rates.copy(), device=device), momentum, optimizer)
    losses, accuracy, watched = [], [], [watch(networks, seen)] if watch else []
    for epoch in range(1, epochs + 1):
        networks.train()
        shuffled = np.stack([rng.permutation(rows) for rng, rows in zip(rngs, train, strict=True)])
        total = torch.zeros(size, device=device)
        for start in range(0, n_train - batch_size + 1, batch_size):
            rows = torch.as_tensor(shuffled[:, start : start + batch_size])
            logits = networks(X[rows])
            each = F.cross_entropy(logits.transpose(1, 2), y[rows], reduction="none").mean(1)
            networks.zero_grad()
            each.sum().backward()
            step()
            total += each.detach()
        losses.append((total / (n_train // batch_size)).cpu().numpy())
        if epoch in evaluate:
            accuracy.append(networks.accuracy(*rest))
        if watch:
            watched.append(watch(networks, seen))
    return LeNetHistory(np.array(losses, dtype=float), evaluate, np.array(accuracy), train, test, watched)


def _stepper(parameters, rates, momentum, optimizer) -> Callable[[], None]:
    if optimizer == "adam":
        return torch.optim.Adam(parameters, lr=rates[0].item()).step
    velocity = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step():
        for p, v in zip(parameters, velocity, strict=True):
            v.mul_(momentum).add_(p.grad)
            p.sub_(rates.view(-1, *[1] * (p.ndim - 1)) * v)

    return step
