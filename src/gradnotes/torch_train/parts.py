"""What both training loops share: the door, the batches, the optimizer, the counter."""

from __future__ import annotations

import copy
import os
import sys
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from ..device import pick_device


def tensor(values, dtype, device) -> torch.Tensor:
    values = torch.as_tensor(values)
    if values.is_floating_point():
        return values.to(device, dtype)
    return values.to(device, torch.int64)


def prepare(parameters, loss, X, y, device):
    parameter = next(iter(parameters), None)
    if parameter is None:
        raise ValueError("the model has no parameter to train: give it a layer that has some")
    device = pick_device(device, parameter.dtype)
    X, y = tensor(X, parameter.dtype, device), tensor(y, parameter.dtype, device)
    if not X.is_floating_point():
        X = X.to(parameter.dtype)
    if isinstance(loss, nn.Module):
        loss = copy.deepcopy(loss)
        loss = (loss.float() if device.type == "mps" else loss).to(device)
    return X, y, loss, device


def check(rows, labels, epochs, batch_size):
    if rows != labels or rows == 0:
        raise ValueError(f"X and y must have the same number of rows, at least one, got {rows} and {labels}")
    if not (isinstance(epochs, (int, np.integer)) and epochs >= 1):
        raise ValueError(f"epochs must be an integer >= 1, got {epochs!r}")
    if batch_size is not None and not (isinstance(batch_size, (int, np.integer)) and batch_size >= 1):
        raise ValueError(f"batch_size must be an integer >= 1, or None for all rows, got {batch_size!r}")


def make_optimizer(optimizer, params, lr, momentum, weight_decay):
    """The optimizer, and the function that sets the learning rate of a step."""
    first = _positive(lr(0) if callable(lr) else lr)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum!r}: at 1 the velocity never fades")
    if not 0 <= weight_decay < np.inf:
        raise ValueError(f"weight_decay must be >= 0 and finite, got {weight_decay!r}: it shrinks the weights")
    if (momentum and optimizer != "sgd") or (weight_decay and callable(optimizer)):
        raise ValueError("momentum is for 'sgd', weight_decay for 'sgd' and 'adam': build them into your optimizer")
    if not params:
        raise ValueError("the model has no parameter to train: leave requires_grad on where it should learn")
    if optimizer == "adam":
        rule = _adam(params, lr=first, weight_decay=weight_decay)
    elif optimizer == "sgd":
        rule = torch.optim.SGD(params, lr=first, momentum=momentum, weight_decay=weight_decay)
    elif callable(optimizer):
        rule = optimizer(params)
    else:
        raise ValueError(f"optimizer must be 'adam', 'sgd' or a function of parameters, got {optimizer!r}")

    def rate(step):
        if callable(lr):
            for group in rule.param_groups:
                group["lr"] = _positive(lr(step))

    return rule, rate


def _positive(lr):
    if not 0 < lr < np.inf:
        raise ValueError(f"lr must be > 0 and finite, got {lr!r}: a step goes against the gradient")
    return lr


def _adam(params, **options):
    """Adam in one pass over memory where this torch has it, else in several; the formula is the same."""
    if params[0].device.type in ("cpu", "cuda"):
        try:
            return torch.optim.Adam(params, fused=True, **options)
        except RuntimeError:
            pass
    return torch.optim.Adam(params, **options)


def streams(rng):
    return np.random.default_rng(rng).spawn(2)


def batches(n, size, rng):
    if size is None:
        return [np.arange(n)]
    order = rng.permutation(n)
    return [order[i : i + size] for i in range(0, n, size)]


@contextmanager
def seeded(noise, device):
    """Seed torch's own generators for dropout, and leave them as they were afterwards."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(int(noise.integers(2**62)))
        yield


class Progress:
    """A counter on stderr that rewrites its line; silent where outputs are compared."""

    def __init__(self, wanted: bool | None, epochs: int):
        self.on, self.epochs = _wanted() if wanted is None else wanted, epochs

    def __call__(self, epoch: int, loss: float) -> None:
        if self.on:
            sys.stderr.write(f"\repoch {epoch}/{self.epochs}  loss {loss:.4g}   ")
            sys.stderr.flush()

    def close(self) -> None:
        if self.on:
            sys.stderr.write("\n")


def _wanted() -> bool:
    silenced = os.environ.get("TQDM_DISABLE", "0") not in ("", "0") or "PYTEST_CURRENT_TEST" in os.environ
    return not silenced and (sys.stderr.isatty() or "ipykernel" in sys.modules)
