"""What the losses check before they compute: arguments, shapes, targets."""

from __future__ import annotations

import torch


def known(reduction: str) -> str:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be 'none', 'mean' or 'sum', got {reduction!r}")
    return reduction


def per_class(name: str, values) -> torch.Tensor:
    """One positive number for each class; a tensor keeps its floating type, anything else is float64."""
    keeps = isinstance(values, torch.Tensor) and values.is_floating_point()
    given = torch.as_tensor(values, dtype=values.dtype if keeps else torch.float64).detach().clone()
    if given.ndim != 1 or len(given) < 2:
        raise ValueError(f"{name} must hold one number for each class, at least two, got {values!r}")
    if not (torch.isfinite(given).all() and (given > 0).all()):
        raise ValueError(f"{name} must be > 0 and finite, got {given.tolist()}")
    return given


def classes_last(logits, target, classes: int) -> torch.Tensor:
    """Check the call and return the logits with classes on the last axis, at least float32."""
    if logits.ndim < 2 or logits.shape[1] != classes:
        raise ValueError(f"logits must have shape (N, {classes}, ...), got {tuple(logits.shape)}")
    if target.shape != logits.shape[:1] + logits.shape[2:]:
        raise ValueError(
            f"target must have the shape of the logits without classes, got {tuple(target.shape)} "
            f"for logits {tuple(logits.shape)}: it holds class numbers"
        )
    if target.is_floating_point() or target.dtype == torch.bool:
        raise ValueError(f"target must be integer class numbers, got {target.dtype}: convert with .long()")
    if target.device.type == "cpu" and target.numel() and not torch.compiler.is_compiling():
        _check_range(target, classes)
    z = logits.movedim(1, -1)
    return z.float() if z.dtype in (torch.float16, torch.bfloat16) else z


def _check_range(target, classes):
    low, high = target.min(), target.max()
    try:
        low, high = low.item(), high.item()
    except RuntimeError:  # inside vmap a tensor has no one value; gather refuses such targets there
        return
    if low < 0 or high >= classes:
        wrong = low if low < 0 else high
        raise ValueError(f"target must be in 0..{classes - 1}, got {wrong}: renumber the classes")


def at(values, target):
    """The entry of each row's own class."""
    return values.gather(-1, target.long().unsqueeze(-1)).squeeze(-1)
