"""Which rows go where: class-balanced batches from a stream, and folds that never split a person."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

__all__ = ["balanced_batches", "group_folds", "refuse_leak"]


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
        raise ValueError(f"y must be a vector of class labels, got shape {y.shape}, {y.dtype}: use y.astype(int)")
    if not (isinstance(size, (int, np.integer)) and size >= 1):
        raise ValueError(f"size must be an integer >= 1, got {size!r}: 32 serves")
    if batches is not None and not (isinstance(batches, (int, np.integer)) and batches >= 0):
        raise ValueError(f"batches must be an integer >= 0, or None for no end, got {batches!r}: give None")
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


def group_folds(groups, folds: int, rng, y=None) -> np.ndarray:
    """The fold of every row, such that all rows of a group lie in one fold. [003-I14]

    The groups are put in random order and dealt out in turn; with `y` this is done class by class, so that every
    fold gets its share of each class (of groups, not of rows).

    Parameters
    ----------
    groups : array_like (n,)
        Who a row belongs to.
    folds : int
        From 2 to the number of groups.
    rng : Generator or seed
    y : array_like (n,) or None
        Labels, constant within each group.

    Returns
    -------
    ndarray (n,) of integers from 0 to folds - 1

    Raises
    ------
    ValueError
        If `folds` is out of its range, `groups` is no vector or holds NaN (rows of unknown people are not one
        group), the lengths differ, or a group has two labels.

    Examples
    --------
    >>> fold = group_folds(["ann", "ann", "bob", "eve", "eve"], 3, rng=0)
    >>> bool(fold[0] == fold[1]), bool(fold[3] == fold[4]), sorted(set(fold.tolist()))
    (True, True, [0, 1, 2])
    """
    groups = np.asarray(groups)
    if groups.ndim != 1 or (groups.dtype.kind == "f" and np.isnan(groups).any()):
        raise ValueError(f"groups must name the owner of each of n rows, got {groups!r}: a vector without NaN")
    names, member = np.unique(groups, return_inverse=True)
    if not (isinstance(folds, (int, np.integer)) and 2 <= folds <= len(names)):
        raise ValueError(f"folds must be an integer from 2 to the {len(names)} groups, got {folds!r}: 5 is usual")
    labels = np.zeros(len(member), dtype=int) if y is None else np.asarray(y)
    if labels.shape != member.shape:
        raise ValueError(f"y must have one label for each of {len(member)} rows, got shape {labels.shape}: pass all")
    rng = np.random.default_rng(rng)
    of_group = np.empty(len(names), dtype=int)
    start = 0
    for label in np.unique(labels):
        mine = np.unique(member[labels == label])
        if np.any(labels[np.isin(member, mine)] != label):
            text = f"a group must have one label, but one of label {label!r} has another too"
            raise ValueError(f"{text}: leave y out, or clean the data")
        of_group[rng.permutation(mine)] = (start + np.arange(len(mine))) % folds
        start += len(mine)
    return of_group[member]


def refuse_leak(groups, train, test) -> None:
    """Raise if a group has rows on both sides of a split. [003-I14]

    Examples
    --------
    >>> refuse_leak(["ann", "ann", "bob"], train=[0, 1], test=[2])
    >>> refuse_leak(["ann", "ann", "bob"], train=[0], test=[1, 2])
    Traceback (most recent call last):
    ...
    ValueError: 1 of 2 groups in the test part also train, for 1 of 2 test rows: split by group
    """
    groups = np.asarray(groups)
    known = np.isin(groups[test], groups[train])
    if known.any():
        tested = len(np.unique(groups[test]))
        shared = len(np.unique(groups[test][known]))
        raise ValueError(
            f"{shared} of {tested} groups in the test part also train, "
            f"for {known.sum()} of {len(known)} test rows: split by group"
        )
