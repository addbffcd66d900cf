"""What the losses check before they compute: arguments, shapes, targets."""

from __future__ import annotations

import math

import torch


def known(reduction: str) -> str:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be 'none', 'mean' or 'sum', got {reduction!r}")
    return reduction


def one_number(name: str, value, rule: str, holds, remedy: str = "") -> float:
    try:
        number = math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError, RuntimeError):
        number = math.nan
    if not holds(number):
        raise ValueError(f"{name} must be {rule}, got {value!r}{remedy}")
    return number


def floats(name: str, values) -> torch.Tensor:
    """A tensor keeps its floating type, anything else becomes float64."""
    keeps = isinstance(values, torch.Tensor) and values.is_floating_point()
    try:
        if isinstance(values, torch.Tensor) and values.is_complex():
            raise TypeError("complex numbers")
        return torch.as_tensor(values, dtype=values.dtype if keeps else torch.float64).detach()
    except (TypeError, ValueError, RuntimeError) as fault:
        raise ValueError(f"{name} must hold one number for each class, got {values!r}: {fault}") from None


def per_class(name: str, values) -> torch.Tensor:
    """One positive number for each class; a tensor keeps its floating type, anything else is float64."""
    given = floats(name, values).clone()
    if given.ndim != 1 or len(given) < 2:
        raise ValueError(f"{name} must hold one number for each class, at least two, got {values!r}")
    if not (torch.isfinite(given).all() and (given > 0).all()):
        raise ValueError(f"{name} must be > 0 and finite, got {given.tolist()}")
    return given


def classes_last(logits, target, classes: int, reduction: str) -> torch.Tensor:
    """Check the call and return the logits with classes on the last axis, at least float32."""
    if not (isinstance(logits, torch.Tensor) and isinstance(target, torch.Tensor)):
        kinds = f"{type(logits).__name__} and {type(target).__name__}"
        raise TypeError(f"logits and target must be tensors, got {kinds}: convert with torch.as_tensor")
    if not logits.is_floating_point():
        raise ValueError(f"logits must be floating numbers, got {logits.dtype}: convert with .float()")
    if logits.ndim < 2 or logits.shape[1] != classes:
        raise ValueError(f"logits must have shape (N, {classes}, ...), got {tuple(logits.shape)}")
    if target.shape != logits.shape[:1] + logits.shape[2:]:
        raise ValueError(
            f"target must have the shape of the logits without classes, got {tuple(target.shape)} "
            f"for logits {tuple(logits.shape)}: it holds class numbers"
        )
    if target.is_floating_point() or target.dtype == torch.bool:
        raise ValueError(f"target must be integer class numbers, got {target.dtype}: convert with .long()")
    if reduction == "mean" and target.numel() == 0:
        raise ValueError("a mean needs at least one row, got an empty batch: leave it out, or use reduction='sum'")
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
