"""Two hundred seeds at once against one by one, class-balanced batches of a million rows, focal loss on a GPU."""

from __future__ import annotations

import time

import numpy as np
import torch
from harness import Row, seconds
from torch.nn import functional as F

from gradnotes.sampling import balanced_batches
from gradnotes.torch_losses import FocalLoss
from gradnotes.torch_nets import parkinsons_net
from gradnotes.torch_train import train, train_many_seeds

SEEDS, OPTIONS = 200, {"epochs": 20, "lr": 1e-3, "batch_size": 16, "device": "cpu"}


def training_rows() -> list[Row]:
    """The article's network and its 156 training rows (made data of that shape), float32."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(156, 22))
    y = (X[:, 0] + rng.normal(size=156) > -0.7).astype(int)

    def at_once():
        return train_many_seeds(parkinsons_net, F.cross_entropy, X, y, seeds=range(SEEDS), **OPTIONS)

    def one_by_one(count):
        return [train(parkinsons_net(np.random.default_rng(s)), F.cross_entropy, X, y, rng=s, **OPTIONS)
                for s in range(count)]  # fmt: skip

    together, alone = at_once().logits(X), one_by_one(10)
    with torch.no_grad():
        gap = max((together[s] - run.model(torch.as_tensor(X).float())).abs().max() for s, run in enumerate(alone))
    assert gap < 1e-4, f"not the same networks: {gap}"
    ours = [seconds(at_once) for _ in range(5)]
    peer = [seconds(lambda: one_by_one(20)) * SEEDS / 20 for _ in range(5)]
    a, b = float(np.median(ours)), float(np.median(peer))
    name = f"imbalance: {SEEDS} seeds x 20 epochs of the article's network"
    return [
        Row(name, 5.0, a, "", a, None, "s"),
        Row(f"{name}, at once / one by one", None, a / b, "our loop, 20 seeds timed", a, b),
    ]


def sampler_rows() -> list[Row]:
    """Rows a second from a million labels, one in a thousand rare."""
    y = np.random.default_rng(0).random(1_000_000) < 0.001
    start = time.perf_counter()
    stream = balanced_batches(y, 1024, None, rng=0)
    next(stream)
    first = time.perf_counter() - start
    rates = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(1000):
            next(stream)
        rates.append(1024 * 1000 / (time.perf_counter() - start) / 1e6)
    return [
        Row("imbalance: class-balanced batches of 1024 from a million rows", None, float(np.median(rates)),
            unit="million rows/s"),
        Row("imbalance: time to the first of these batches", None, first, unit="s"),
    ]  # fmt: skip


def gpu_rows() -> list[Row]:
    """Forward and backward of the compiled focal loss against the time of moving the bytes that it must move."""
    name = "imbalance: fused focal loss on a GPU / memory-bandwidth bound"
    if not torch.cuda.is_available():
        return [Row(f"{name}: no GPU here", None, float("nan"), unit="(not measured)")]
    n, classes = 1 << 22, 16
    logits = torch.randn(n, classes, device="cuda", requires_grad=True)
    target = torch.randint(classes, (n,), device="cuda")
    loss = torch.compile(FocalLoss([1.0] * classes).cuda().float(), fullgraph=True)

    def ours():
        return torch.autograd.grad(loss(logits, target), logits)

    copied = torch.empty_like(logits)
    per_byte = _gpu_seconds(lambda: copied.copy_(logits.detach())) / (2 * logits.nbytes)
    # forward reads logits and target; backward reads both again and writes the gradient
    bound = per_byte * (3 * logits.nbytes + 2 * target.nbytes)
    spent = _gpu_seconds(ours)
    return [Row(name, 1.5, spent / bound, "device copy of as many bytes", spent, bound)]


def _gpu_seconds(call, repeats: int = 50) -> float:
    for _ in range(5):
        call()
    times = []
    for _ in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        call()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / 1e3)
    return float(np.median(times))


def rows() -> list[Row]:
    return [*training_rows(), *sampler_rows(), *gpu_rows()]
