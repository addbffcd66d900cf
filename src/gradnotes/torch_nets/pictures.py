"""Small pictures made larger, so that they fit the network of the slides. [002 BN listing]"""

from __future__ import annotations

import numpy as np

__all__ = ["enlarge"]


def enlarge(images, size: int = 28) -> np.ndarray:
    """Blow square pictures up by bilinear interpolation, ``A X A.T`` for each; no information is added.

    Parameters
    ----------
    images : array_like (n, s, s)
    size : int
        New side length in pixels, >= 2.

    Returns
    -------
    float32 ndarray (n, 1, size, size)

    Raises
    ------
    ValueError
        If `images` is not a stack of squares of finite numbers, or `size` is no integer >= 2.

    Examples
    --------
    >>> enlarge([[[0.0, 1.0], [2.0, 3.0]]], size=3)[0, 0].tolist()
    [[0.0, 0.5, 1.0], [1.0, 1.5, 2.0], [2.0, 2.5, 3.0]]
    """
    images = np.asarray(images, dtype=float)
    if images.ndim != 3 or images.shape[1] != images.shape[2] or images.shape[1] < 2:
        raise ValueError(f"images must have shape (n, s, s) with s >= 2, got {images.shape}")
    if not np.isfinite(images).all():
        raise ValueError("images must be finite, got a NaN or an infinity: leave such pictures out")
    if not isinstance(size, (int, np.integer)) or size < 2:
        raise ValueError(f"size must be an integer >= 2, got {size!r}: it counts pixels, and the corners are kept")
    side = len(images[0])
    place = np.linspace(0, side - 1, size)
    A = np.maximum(0, 1 - abs(place[:, None] - np.arange(side)))
    return (A @ images @ A.T)[:, None].astype(np.float32)
