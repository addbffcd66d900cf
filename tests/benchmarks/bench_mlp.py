"""A training step of `mlp` (batch 256, 784-128-10) against torch and bare NumPy; what the backward sweep costs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from harness import Row, ratio, seconds

from gradnotes.mlp import MLP

torch.set_num_threads(1)
SIZES, BATCH, LR = (784, 128, 10), 256, 0.1


def problem():
    rng = np.random.default_rng(0)
    return rng.uniform(size=(BATCH, SIZES[0])), rng.integers(0, SIZES[-1], BATCH)


def by_mlp(steps: int):
    net, (X, y) = MLP(SIZES, "sigmoid", "softmax", "cross_entropy"), problem()
    return lambda: net.fit(X, y, lr=LR, epochs=steps)


def by_torch(steps: int):
    """The same step by autograd, float64, with torch's own optimiser."""
    start, (X, y) = MLP(SIZES, rng=0), problem()
    layers = [torch.nn.Linear(n, m, dtype=torch.float64) for n, m in pairwise(SIZES)]
    for layer, W in zip(layers, start.weights, strict=True):
        layer.weight.data = torch.tensor(W.T.copy())
    net = torch.nn.Sequential(layers[0], torch.nn.Sigmoid(), layers[1])
    descent, loss = torch.optim.SGD(net.parameters(), lr=LR), torch.nn.CrossEntropyLoss()
    X, y = torch.tensor(X), torch.tensor(y)

    def run():
        for _ in range(steps):
            descent.zero_grad()
            loss(net(X), y).backward()
            descent.step()

    return run


def by_numpy(steps: int):
    """The shortest honest step for this one network: no checks, no record, no generality."""
    start, (X, y) = MLP(SIZES, rng=0), problem()
    W1, W2 = (W.copy() for W in start.weights)
    b1, b2, Y = np.zeros(SIZES[1]), np.zeros(SIZES[2]), np.eye(SIZES[2])[y]

    def run():
        nonlocal W1, W2, b1, b2
        for _ in range(steps):
            a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
            z2 = a1 @ W2 + b2
            a2 = np.exp(z2 - z2.max(axis=1, keepdims=True))
            a2 /= a2.sum(axis=1, keepdims=True)
            d2 = (a2 - Y) / BATCH
            d1 = d2 @ W2.T * a1 * (1 - a1)
            W2 -= LR * (a1.T @ d2)
            b2 -= LR * d2.sum(axis=0)
            W1 -= LR * (X.T @ d1)
            b1 -= LR * d1.sum(axis=0)

    return run


def products(steps: int):
    """Only the two large matrix products of each step: no NumPy network can be faster than they are."""
    X, W = problem()[0], MLP(SIZES, rng=0).weights[0]
    delta = X @ W

    def run():
        for _ in range(steps):
            X @ W, X.T @ delta

    return run


def sweeps(sizes, batch: int = 256) -> Row:
    """Seconds of the backward sweep in forward sweeps; the count of multiplications stands in chapter 11."""
    net, rng = MLP(sizes, "tanh"), np.random.default_rng(0)
    X, y = rng.normal(size=(batch, sizes[0])), rng.normal(size=(batch, sizes[-1]))
    ahead, both = [], []
    for _ in range(7):
        ahead.append(seconds(lambda: net.forward(X), 5))
        both.append(seconds(lambda: net.backward(X, y), 5))
    forward, whole = float(np.median(ahead)), float(np.median(both))
    name = "-".join(map(str, sizes)) if len(sizes) < 5 else f"{len(sizes) - 1} layers of {sizes[0]}"
    return Row(f"mlp: backward / forward sweep, {name}", None, (whole - forward) / forward, "the forward sweep",
               whole - forward, forward)  # fmt: skip


def rows() -> list[Row]:
    what = f"mlp: 40 training steps, batch {BATCH}, {'-'.join(map(str, SIZES))}"
    return [
        ratio(what, by_mlp(40), by_torch(40), 0.9, "torch eager, float64", rounds=9),
        ratio(what, by_mlp(40), by_numpy(40), 1.1, "bare NumPy", rounds=9),
        ratio(f"{what}: the two large products alone", products(40), by_torch(40), None, "torch eager, all of it", 9),
        sweeps(SIZES),
        sweeps((256, 256, 256)),
        sweeps((128,) * 11),
    ]
