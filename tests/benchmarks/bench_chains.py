"""The chain simulator against the shortest in-place NumPy loop that does the same work for one activation."""

from __future__ import annotations

import tracemalloc

import numpy as np
from harness import Row, ratio

from gradnotes.chains import ascend
from gradnotes.gain import Algebraic, StepModel

CUT, EPS, LR = 0.3, 0.01, 0.001


def by_ascend(chains: int, steps: int, batch: int):
    model, phi = StepModel((0, CUT, 1)), Algebraic(EPS)
    return lambda: ascend(model, phi, lr=LR, batch_size=batch, steps=steps, chains=chains, rng=0)


def by_numpy(chains: int, steps: int, batch: int):
    """No checks, no choice of phi, no record of who left; the mean and the variance are there."""

    def run():
        rng, theta, total, square = np.random.default_rng(0), np.full(chains, CUT), 0.0, 0.0
        u, q, r = np.empty((3, batch, chains))
        for step in range(steps):
            rng.random(out=u)
            np.subtract(u, theta, out=q)
            np.multiply(q, q, out=q)
            q += EPS
            np.sqrt(q, out=r)
            r *= q
            np.divide(LR * EPS / batch, r, out=r)
            np.subtract(CUT, u, out=u)
            np.copysign(r, u, out=r)
            theta += r[0] if batch == 1 else r.sum(axis=0)
            np.clip(theta, 0, 1, out=theta)
            if step >= steps // 2:
                total += theta.sum()
                square += theta @ theta
        n = chains * (steps - steps // 2)
        return total / n, square / n - (total / n) ** 2

    return run


def rows() -> list[Row]:
    found = []
    for chains, steps, batch in ((1000, 2000, 1), (4096, 500, 1), (16384, 200, 1), (4096, 60, 16)):
        ours, peer = by_ascend(chains, steps, batch), by_numpy(chains, steps, batch)
        a, b = ours(), peer()
        assert abs(a.variance / b[1] - 1) < 1e-6, "not the same work"
        name = f"chains: {chains} chains, batch {batch}, {steps} steps"
        found.append(ratio(name, ours, peer, 1.2, "bare in-place NumPy loop", inner=1))
    best = found[2]
    rate = 16384 * 200 / best.ours_seconds / 1e6
    found.append(Row("chains: million chain-steps a second (16384 chains)", None, rate, unit="million/s"))
    tracemalloc.start()
    by_ascend(8192, 3, 1024)()
    peak = tracemalloc.get_traced_memory()[1] / 2**30
    tracemalloc.stop()
    found.append(Row("chains: memory, 8192 chains, batch 1024", 1.0, peak, unit="GB"))
    return found
