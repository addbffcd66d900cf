r"""Mini-batch descent over several processes, by PyTorch's own engine. [004 section 3.7, beyond one machine]

Each process holds the whole model and a share of every mini-batch; ``DistributedDataParallel`` averages the
gradients before each step, so all processes stay equal. Start it with::

    torchrun --standalone --nproc-per-node 2 -m gradnotes.torch_parallel --out path.npz

A mean over a batch B is not the mean of the processes' means when their shares differ in size. Each process
therefore scales the sum over its share by (processes / ``|B|``); the average over processes is then the mean over B:

.. math:: \frac1P \sum_{p=1}^P \frac{P}{|B|} \sum_{i \in B_p} \nabla f_i = \frac1{|B|} \sum_{i \in B} \nabla f_i
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from .optim import minibatches

__all__ = ["descend", "main", "share"]


def share(rows: np.ndarray, rank: int, processes: int) -> np.ndarray:
    """The rows of a batch that process `rank` of `processes` works on; the shares differ by at most one row.

    Raises
    ------
    ValueError
        If `rank` is not in 0..processes-1.

    Examples
    --------
    >>> [share(np.arange(5), rank, 2).tolist() for rank in range(2)]
    [[0, 2, 4], [1, 3]]
    """
    if not 0 <= rank < processes:
        raise ValueError(f"rank must be from 0 to {processes - 1}, got {rank}: one for each of {processes} processes")
    return rows[rank::processes]


def descend(
    model: torch.nn.Module, loss: Callable, X: torch.Tensor, y: torch.Tensor, batches: Iterable, *, lr: float
) -> np.ndarray:
    """Run ``torch.optim.SGD`` on the mean loss of each batch, shared among the processes of the default group.

    Parameters
    ----------
    model : Module
        The same start in every process (the engine copies that of rank 0); changed in place.
    loss : callable
        ``loss(output, y)`` returns one value per row.
    X, y : Tensor (n, ...)
        The data, of the model's dtype; a process reads only its own share of each batch.
    batches : iterable of index arrays
        The same in every process: draw them from one seed.
    lr : float
        Learning rate, > 0.

    Returns
    -------
    ndarray (T+1, parameters)
        All parameters, flattened, after 0..T updates.

    Raises
    ------
    RuntimeError
        If no process group exists: call ``torch.distributed.init_process_group("gloo")`` under torchrun.
    ValueError
        If `lr` is not > 0.
    """
    if not dist.is_initialized():
        raise RuntimeError("no process group: start with torchrun and call init_process_group('gloo') first")
    if not lr > 0:
        raise ValueError(f"lr must be > 0, got {lr!r}: a step goes against the gradient, start with 0.1")
    rank, processes = dist.get_rank(), dist.get_world_size()
    engine = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(engine.parameters(), lr=lr)
    path = [_flat(model)]
    for rows in batches:
        mine = torch.as_tensor(share(np.asarray(rows), rank, processes))
        optimizer.zero_grad()
        (loss(engine(X[mine]), y[mine]).sum() * (processes / len(rows))).backward()
        optimizer.step()
        path.append(_flat(model))
    return np.array(path)


def main(argv: list[str] | None = None) -> int:
    """The script: linear regression over the processes that torchrun started; rank 0 saves the path."""
    parser = argparse.ArgumentParser(description="mini-batch descent over several processes (start with torchrun)")
    parser.add_argument("--out", required=True, help="file (.npz) for the path of the weights")
    parser.add_argument("--rows", type=int, default=1281)
    parser.add_argument("--batch-size", type=int, default=0, help="0: the full batch")
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args(argv)
    if "RANK" not in os.environ:
        parser.error("start me with: torchrun --standalone --nproc-per-node 2 -m gradnotes.torch_parallel --out FILE")
    dist.init_process_group("gloo")
    try:
        X, y = problem(options.rows)
        rng, size = np.random.default_rng(0), options.batch_size or options.rows
        batches = [rows for _ in range(options.epochs) for rows in minibatches(options.rows, size, rng)]
        model = torch.nn.Linear(X.shape[1], 1, bias=False, dtype=torch.float64)
        torch.nn.init.zeros_(model.weight)
        path = descend(
            model, lambda z, t: (z[:, 0] - t) ** 2 / 2, torch.from_numpy(X), torch.from_numpy(y), batches, lr=0.1
        )
        if dist.get_rank() == 0:
            np.savez(options.out, path=path, processes=dist.get_world_size())
    finally:
        dist.destroy_process_group()
    return 0


def problem(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The regression of chapter 06: standard normal inputs (rows, 5), weights .2, .4, ..., 1, noise 1/2."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((rows, 5))
    return X, X @ np.linspace(0.2, 1, 5) + 0.5 * rng.standard_normal(rows)


def _flat(model: torch.nn.Module) -> np.ndarray:
    return np.concatenate([p.detach().cpu().numpy().ravel() for p in model.parameters()])


if __name__ == "__main__":
    raise SystemExit(main())
