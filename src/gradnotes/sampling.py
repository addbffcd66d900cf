"""Batches in which every class is equally likely, streamed from labels of any number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

__all__ = ["balanced_batches"]


def balanced_batches(y, size: int, batches: int | None, rng) -> Iterator[np.ndarray]:
    r"""Row numbers of class-balanced batches: draw a class uniformly, then one of its rows, with replacement.

    A row of class c is drawn with probability :math:`1/(C n_c)`, so that the expected loss of a batch is
    :math:`\frac1C\sum_c \frac1{n_c}\sum_{y_i=c} \ell_i`: cross-entropy weighted by :math:`1/n_c`. Use one of the
    two, never both. [000 section 3.2, 003 section 1]

    One pass sorts the row numbers by class (one integer a row, the data are not copied); afterwards a batch costs
    the same however many rows there are.

    Parameters
    ----------
    y : array_like (n,), integer or string labels
        Of the training part.
    size : int
        Rows in a batch, >= 1.
    batches : int or None
        How many, >= 0; None goes on for ever.
    rng : Generator or seed

    Yields
    ------
    ndarray (size,) of row numbers

    Raises
    ------
    ValueError
        If there are fewer than two classes, or a number is out of its range; at the call, not at the first batch.

    Examples
    --------
    >>> y = np.repeat([0, 1], [10, 990])
    >>> rows = next(balanced_batches(y, 4000, 1, rng=0))
    >>> 1850 < int(np.sum(y[rows] == 0)) < 2150
    True
    """
    y = np.asarray(y)
    if y.ndim != 1 or (y.dtype.kind == "f"):
        raise ValueError(f"y must be a vector of class labels, got shape {y.shape} and type {y.dtype}")
    if not (isinstance(size, (int, np.integer)) and size >= 1):
        raise ValueError(f"size must be an integer >= 1, got {size!r}")
    if batches is not None and not (isinstance(batches, (int, np.integer)) and batches >= 0):
        raise ValueError(f"batches must be an integer >= 0, or None for no end, got {batches!r}")
    classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"y must hold at least two classes, got {classes.tolist()}: there is nothing to balance")
    narrow = np.uint8 if len(classes) <= 256 else np.int64  # a radix sort for few classes
    by_class = np.argsort(codes.astype(narrow), kind="stable")
    return _stream(by_class, counts, size, batches, np.random.default_rng(rng))


def _stream(by_class, counts, size, batches, rng):
    first = np.cumsum(counts) - counts
    made = 0
    while batches is None or made < batches:
        c = rng.integers(len(counts), size=size)
        yield by_class[first[c] + rng.integers(counts[c])]
        made += 1
