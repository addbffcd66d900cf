"""What all losses share: the pair that is compared, the sum that is reduced."""

from __future__ import annotations

import numpy as np

__all__ = ["first", "paired", "reduced"]


def paired(y, a) -> tuple[np.ndarray, np.ndarray]:
    y, a = np.asarray(y, dtype=float), np.asarray(a, dtype=float)
    if y.shape != a.shape or not y.size:
        raise ValueError(
            "targets and predictions must have one shape, not empty, "
            f"got {y.shape} and {a.shape}: reshape one of them"
        )
    for name, x in (("targets", y), ("predictions", a)):
        if not np.isfinite(x).all():
            raise ValueError(f"{name} must be finite, got {first(x, ~np.isfinite(x))}: drop or repair these rows")
    return y, a


def first(x: np.ndarray, where: np.ndarray):
    return x[where].flat[0].item()


def reduced(terms: np.ndarray, slopes: np.ndarray, reduction: str) -> tuple[float, np.ndarray]:
    """c * sum of the terms, c * slopes: one term for each entry, or for each row of `slopes`."""
    scale = {"mean": 1 / terms.size, "sum": 1.0, "half_sum": 0.5}.get(reduction)
    if scale is None:
        raise ValueError(f"reduction must be 'mean', 'sum' or 'half_sum', got {reduction!r}: 'mean' is the default")
    return float(scale * terms.sum()), scale * slopes
