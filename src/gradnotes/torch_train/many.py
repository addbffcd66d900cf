"""The same training loop for many seeds at once, by `torch.func.vmap`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

from .parts import Progress, batches, check, make_optimizer, prepare, seeded, streams, tensor


@dataclass(frozen=True)
class ManySeeds:
    """Many trainings, one for each of S seeds.

    ``loss (S, T)`` is NaN after a stop, ``params`` maps names to tensors with a leading seed axis,
    ``stop_reason (S,)`` says ``"epochs"`` or ``"diverged"``; ``kept`` holds the parameters after the epochs that
    were asked for.
    """

    loss: np.ndarray
    params: dict[str, torch.Tensor]
    stop_reason: np.ndarray
    seeds: tuple
    skeleton: nn.Module
    kept: dict[int, dict[str, torch.Tensor]]

    def at(self, epoch: int) -> ManySeeds:
        """The same trainings as they stood after `epoch`, which must be one of `kept`."""
        if epoch not in self.kept:
            raise ValueError(f"epoch must be one of {sorted(self.kept)}, got {epoch!r}: ask for it with keep=")
        return replace(self, params=self.kept[epoch])

    def logits(self, X, per_seed: bool = False) -> torch.Tensor:
        """Outputs ``(S, n, ...)`` of all networks in evaluation mode, on the CPU.

        With ``per_seed`` the data have a leading seed axis too, ``X (S, n, ...)``.
        """
        one = next(iter(self.params.values()))
        x = tensor(X, one.dtype, one.device)
        with torch.no_grad():
            run = vmap(lambda p, x: functional_call(self.skeleton, p, (x,)), (0, 0 if per_seed else None))
            return run(self.params, x).cpu()


def train_many_seeds(
    make_model: Callable, loss: Callable, X, y, *, seeds: Iterable, epochs: int, lr,
    batch_size: int | None = None, optimizer="adam", device=None, progress: bool | None = None,
    momentum: float = 0.0, weight_decay: float = 0.0, project: Callable | None = None, per_seed: bool = False,
    keep: Iterable[int] = (),
) -> ManySeeds:  # fmt: skip
    """Train the networks of all seeds at once; each is the one that the loop over the seeds would give.

    That loop is ``train(make_model(default_rng(seed)), loss, X, y, rng=seed, ...)``. The parameters are
    stacked along a new first axis, `torch.func.vmap` computes all losses, and since no seed enters another's
    loss, the gradient of their sum holds every gradient. The optimizer must treat each entry alone (Adam and
    SGD do). A seed whose loss is not finite stops where it is, the others go on.

    Parameters
    ----------
    make_model : callable
        ``make_model(rng) -> nn.Module``, called with ``default_rng(seed)`` for each seed.
    seeds : iterable of int
        At least one.
    per_seed : bool
        True when the data differ too: ``X (S, n, ...)`` and ``y (S, n, ...)``, one slice for each seed.
        Where only the labels differ, pass ``X`` expanded: ``torch.as_tensor(X).expand(S, *X.shape)``.
    keep : iterable of int
        Epochs after which the parameters are kept for `ManySeeds.at`.
    loss, X, y, epochs, lr, batch_size, optimizer, device, progress, momentum, weight_decay, project
        As in `train`. The loss must work under ``vmap`` (no ``if`` on a tensor's value); `project` gets the
        stacked parameters: count axes from the end. Dropout masks differ from those of the loop.

    Raises
    ------
    ValueError
        As `train`, and for no seeds, epochs to keep that never come, or batch normalisation that keeps running
        statistics.

    Examples
    --------
    >>> def make_model(rng):
    ...     line = nn.Linear(1, 1).double()
    ...     line.weight.data[:] = rng.normal()
    ...     return line
    >>> X = np.linspace(-1, 1, 8)[:, None]
    >>> runs = train_many_seeds(make_model, nn.functional.mse_loss, X, 3 * X, seeds=range(5), epochs=80,
    ...                         lr=0.1, batch_size=4, optimizer="sgd", device="cpu")
    >>> runs.logits(X).shape, runs.params["weight"].shape
    (torch.Size([5, 8, 1]), torch.Size([5, 1, 1]))
    >>> bool((runs.params["weight"] - 3).abs().max() < 1e-3)
    True
    """
    seeds = tuple(seeds)
    if not seeds:
        raise ValueError("seeds must hold at least one seed, got none: try seeds=range(200)")
    models = [make_model(np.random.default_rng(seed)) for seed in seeds]
    if any(getattr(m, "track_running_stats", False) for m in models[0].modules()):
        raise ValueError("vmap cannot keep running statistics: set track_running_stats=False, or use train")
    keep, kept = set(keep), {}
    X, y, loss, device = prepare(models[0].parameters(), loss, X, y, device)
    if per_seed and not (len(X) == len(y) == len(seeds)):
        raise ValueError(f"per_seed needs data for {len(seeds)} seeds, got {len(X)} and {len(y)} slices")
    n = len(X[0]) if per_seed else len(X)
    check(n, len(y[0]) if per_seed else len(y), epochs, batch_size)
    if not keep <= set(range(1, epochs + 1)):
        raise ValueError(f"keep must hold epochs from 1 to {epochs}, got {sorted(keep)}: others never come")
    fixed = {name for name, p in models[0].named_parameters() if not p.requires_grad}
    params, buffers = stack_module_state([m.to(device).train() for m in models])
    params = {name: p.detach().requires_grad_(name not in fixed) for name, p in params.items()}
    free = {name: p for name, p in params.items() if name not in fixed}
    skeleton = copy.deepcopy(models[0]).train()
    step_rule, rate = make_optimizer(optimizer, list(free.values()), lr, momentum, weight_decay)
    draws = [streams(np.random.default_rng(seed)) for seed in seeds]
    shared = None if batch_size is None and not per_seed else 0
    losses_of = vmap(
        lambda p, b, x, t: loss(functional_call(skeleton, {**p, **b}, (x,)), t),
        in_dims=(0, 0, shared, shared),
        randomness="different",
    )
    alive = torch.ones(len(seeds), dtype=torch.bool, device=device)
    history, report = [], Progress(progress, epochs)
    with seeded(draws[0][1], device):
        for epoch in range(epochs):
            for rows in zip(*(batches(n, batch_size, order) for order, _ in draws), strict=True):
                values = losses_of(params, buffers, *_slices(X, y, rows, batch_size, per_seed))
                now = values.detach()
                history.append(torch.where(alive, now, torch.nan))
                alive = alive & torch.isfinite(now)
                step_rule.zero_grad()
                values.sum().backward()
                rate(len(history) - 1)
                with _keep(free, alive):
                    step_rule.step()
                    if project is not None:
                        with torch.no_grad():
                            project(free)
                if not alive.any():
                    break
            if epoch + 1 in keep:
                kept[epoch + 1] = {name: p.detach().clone() for name, p in params.items()} | buffers
            report(epoch + 1, float(history[-1].nanmean()))
            if not alive.any():
                break
    report.close()
    params = {name: p.detach() for name, p in params.items()} | buffers
    reasons = np.where(alive.cpu().numpy(), "epochs", "diverged")
    curve = torch.stack(history, dim=1).double().cpu().numpy()
    return ManySeeds(curve, params, reasons, seeds, skeleton.eval(), kept)


def _slices(X, y, rows, batch_size, per_seed):
    """The batch of every seed, stacked; all rows are one batch that needs no copy."""
    if batch_size is None:
        return X, y
    rows = torch.as_tensor(np.stack(rows), device=X.device)
    if not per_seed:
        return X[rows], y[rows]
    seed = torch.arange(len(rows), device=X.device)[:, None]
    return X[seed, rows], y[seed, rows]


class _keep:
    """Leave the slices of dead seeds as they are: no gradient enters the optimizer, no step moves them."""

    def __init__(self, params, alive):
        self.params, self.dead = params.values(), None if bool(alive.all()) else ~alive

    def __enter__(self):
        if self.dead is not None:
            self.kept = [p.detach()[self.dead].clone() for p in self.params]
            for p in self.params:
                p.grad[self.dead] = 0.0

    def __exit__(self, *failure):
        if self.dead is not None:
            with torch.no_grad():
                for p, kept in zip(self.params, self.kept, strict=True):
                    p[self.dead] = kept
