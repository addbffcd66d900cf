"""Mini-batch descent against a bare NumPy loop and torch eager; an epoch against the batch size; multiples of 32.

The loop's peers compute the same gradients of the same rows in the same order, in float64 on one thread. The last
two groups are reports without a target: they belong to the machine, not to the code.
"""

from __future__ import annotations

import statistics

import numpy as np
import torch
from harness import Row, ratio, seconds

from gradnotes.optim import minibatches, sgd

N, D, SIZE, EPOCHS, RATE = 4096, 20, 32, 5, 0.05


def problem():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N, D))
    return X, X @ rng.standard_normal(D) + 0.1 * rng.standard_normal(N)


def mean_gradient(X, y):
    def gradient(w, rows):
        A = X[rows]
        return A.T @ (A @ w - y[rows]) / len(rows)

    return gradient


def bare_loop(X, y):
    w, rng = np.zeros(D), np.random.default_rng(0)
    for _ in range(EPOCHS):
        order = rng.permutation(N)
        for start in range(0, N, SIZE):
            rows = order[start : start + SIZE]
            A = X[rows]
            w = w - RATE * (A.T @ (A @ w - y[rows]) / len(rows))
    return w


def torch_eager(X, y):
    w, rng = torch.zeros(D, dtype=torch.float64, requires_grad=True), np.random.default_rng(0)
    optimizer = torch.optim.SGD([w], lr=RATE)
    for _ in range(EPOCHS):
        for batch in minibatches(N, SIZE, rng):
            rows = torch.from_numpy(batch)
            optimizer.zero_grad()
            ((X[rows] @ w - y[rows]).square().mean() / 2).backward()
            optimizer.step()
    return w.detach().numpy()


def epochs_by_size(X, y) -> list[Row]:
    out = []
    for size in (1, 8, 32, 128, 1024, N):

        def epoch(size=size):
            return sgd(mean_gradient(X, y), np.zeros(D), N, lr=1e-3, batch_size=size, epochs=1, rng=0)

        took = statistics.median(seconds(epoch) for _ in range(7))
        out.append(Row(f"an epoch of {N} rows, batch size {size}", None, took * 1e3, "", took, unit="ms"))
    return out


def multiples_of_32(width: int = 256) -> list[Row]:
    """Time for each row of a float32 layer (batch x width times width x width), against a batch of 128."""
    rng = np.random.default_rng(0)
    W = rng.standard_normal((width, width)).astype(np.float32)

    def layer(size):
        A = rng.standard_normal((size, width)).astype(np.float32)
        return lambda: A @ W

    out = []
    for size in (96, 120, 125, 127, 129, 136, 160):
        row = ratio("", layer(size), layer(128), None, "batch of 128", rounds=9)
        per_row = row.measured * 128 / size
        kind = "a multiple of 32" if size % 32 == 0 else "no multiple of 32"
        out.append(row._replace(name=f"a row in a batch of {size} ({kind})", measured=per_row))
    return out


def rows() -> list[Row]:
    X, y = problem()
    Xt, yt = torch.from_numpy(X), torch.from_numpy(y)
    gradient = mean_gradient(X, y)

    def ours():
        return sgd(gradient, np.zeros(D), N, lr=RATE, batch_size=SIZE, epochs=EPOCHS, rng=0).x[-1]

    assert np.array_equal(ours(), bare_loop(X, y))
    np.testing.assert_allclose(ours(), torch_eager(Xt, yt), rtol=1e-10)
    steps = f"{EPOCHS * N // SIZE} mini-batch steps on {N} x {D}, batch {SIZE}"
    return [
        ratio(steps, ours, lambda: bare_loop(X, y), 1.3, "bare NumPy loop", rounds=15),
        ratio(steps, ours, lambda: torch_eager(Xt, yt), 0.25, "torch eager"),
        *epochs_by_size(X, y),
        *multiples_of_32(),
    ]
