"""The tape against a gradient written by hand in NumPy, HIPS autograd, torch eager and micrograd.

Every peer computes the value and gradient of the same loss, written with the same operations, in float64 on one
thread. The scalar chain gives each library a process of its own: the garbage collector, which has to look at all
objects of a process, would otherwise decide that comparison.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

import numpy as np
from harness import Row, ratio

from gradnotes import dual, tape

CHAIN = """
import sys, time
def chain(x):
    y = x
    for _ in range(500):
        y = (y * x + 0.1) * 0.5 - x
    return y
{setup}
assert abs(once() + 30 / 13) < 1e-9
rounds = []
for _ in range(60):
    start = time.perf_counter()
    once()
    rounds.append(time.perf_counter() - start)
print(sorted(rounds)[30])
"""
OURS = "from gradnotes import tape\ngradient = tape.grad(chain)\ndef once():\n    return gradient(0.7)"
MICROGRAD = """
from micrograd.engine import Value
sys.setrecursionlimit(100_000)
def once():
    x = Value(0.7)
    chain(x).backward()
    return x.grad
"""


def problem(n: int, d: int, h: int, c: int):
    """Data and parameters of a network with one hidden layer of tanh and a softmax cross-entropy."""
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(n, d)), rng.integers(0, c, n)
    return X, y, [rng.normal(size=(d, h)) / d**0.5, np.zeros(h), rng.normal(size=(h, c)) / h**0.5, np.zeros(c)]


def by_tape(X, y):
    rows = np.arange(len(X))

    def loss(W1, b1, W2, b2):
        Z = tape.tanh(X @ W1 + b1) @ W2 + b2
        return tape.mean(tape.logsumexp(Z, axis=1) - Z[rows, y])

    return tape.value_and_grad(loss)


def by_hand(X, y):
    n, rows = len(X), np.arange(len(X))

    def value_and_gradient(W1, b1, W2, b2):
        H = np.tanh(X @ W1 + b1)
        Z = H @ W2 + b2
        top = Z.max(axis=1, keepdims=True)
        E = np.exp(Z - top)
        total = E.sum(axis=1, keepdims=True)
        value = np.mean(np.log(total[:, 0]) + top[:, 0] - Z[rows, y])
        dZ = E / total
        dZ[rows, y] -= 1
        dZ /= n
        dA = (dZ @ W2.T) * (1 - H * H)
        return value, (X.T @ dA, dA.sum(axis=0), H.T @ dZ, dZ.sum(axis=0))

    return value_and_gradient


def by_autograd(X, y):
    from autograd import numpy as anp
    from autograd import value_and_grad
    from autograd.scipy.special import logsumexp

    rows = np.arange(len(X))

    def loss(parameters):
        W1, b1, W2, b2 = parameters
        Z = anp.dot(anp.tanh(anp.dot(X, W1) + b1), W2) + b2
        return anp.mean(logsumexp(Z, axis=1) - Z[rows, y])

    gradient = value_and_grad(loss)
    return lambda *parameters: gradient(list(parameters))


def by_torch(X, y, parameters):
    import torch

    torch.set_num_threads(1)
    X, y, rows = torch.tensor(X), torch.tensor(y), torch.arange(len(X))
    leaves = [torch.tensor(p, requires_grad=True) for p in parameters]

    def value_and_gradient(*_):
        W1, b1, W2, b2 = leaves
        Z = torch.tanh(X @ W1 + b1) @ W2 + b2
        loss = torch.mean(torch.logsumexp(Z, 1) - Z[rows, y])
        return loss.detach(), torch.autograd.grad(loss, leaves)

    return value_and_gradient


def networks() -> list[Row]:
    rows = []
    for sizes, targets in (((256, 784, 128, 10), (1.15, 0.85, None)), ((32, 64, 64, 10), (None, 0.2, 0.6))):
        X, y, parameters = problem(*sizes)
        ours = by_tape(X, y)
        reference = ours(*parameters)
        peers = {
            "NumPy by hand": by_hand(X, y),
            "autograd": by_autograd(X, y),
            "torch eager": by_torch(X, y, parameters),
        }
        name = f"value and gradient, network {'-'.join(map(str, sizes[1:]))}, batch {sizes[0]}"
        for (peer, call), target in zip(peers.items(), targets, strict=True):
            value, gradient = call(*parameters)
            np.testing.assert_allclose(float(value), reference[0], rtol=1e-12)
            for a, b in zip(gradient, reference[1], strict=True):
                np.testing.assert_allclose(np.asarray(a), b, rtol=1e-9, atol=1e-14)
            rows.append(ratio(name, lambda: ours(*parameters), lambda: call(*parameters), target, peer, 15))  # noqa: B023
    return rows


def chain(rounds: int = 5) -> Row:
    def median(setup):
        program = CHAIN.format(setup=setup)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return float(done.stdout)

    pairs = [(median(OURS), median(MICROGRAD)) for _ in range(rounds)]
    return Row(
        "gradient of a scalar chain of 2000 operations",
        0.4,
        statistics.median(a / b for a, b in pairs),
        "micrograd, own process",
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
    )


def modes() -> Row:
    """All derivatives of a product of 300 numbers: one sweep back against 300 forward sweeps."""
    x = 1 + 1 / np.arange(1.0, 301)

    def product(x):
        y = x[0]
        for k in range(1, len(x)):
            y = y * x[k]
        return y

    def forward():
        return [dual.jvp(product, x, seed)[1] for seed in np.eye(len(x))]

    gradient = tape.grad(product)
    np.testing.assert_allclose(forward(), gradient(x), rtol=1e-10)
    return ratio("300 derivatives of a product", lambda: gradient(x), forward, None, "our forward mode", 5, 1)


def rows() -> list[Row]:
    return [*networks(), chain(), modes()]
