"""Exact linear programming in fractions: the untrusted oracle that guesses certificates."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction

__all__ = ["minimise"]

Vector = Mapping[Hashable, Fraction]


def minimise(costs: Sequence, columns: Sequence[Vector], target: Vector) -> list[Fraction] | None:
    r"""Minimise a cost over the nonnegative combinations of columns that reach a target.

    .. math:: \min_{x \ge 0} \sum_j c_j x_j \quad\text{subject to}\quad \sum_j x_j\,\text{column}_j = \text{target}

    Two phases on a sparse tableau, Bland's rule (the lowest index enters and leaves), so that it cannot cycle.

    Parameters
    ----------
    costs : sequence of numbers, one per column
    columns : sequence of sparse vectors {row: entry}
    target : sparse vector {row: entry}

    Returns
    -------
    list of Fraction, or None
        None when no x >= 0 reaches the target, or when the cost has no lower bound.

    Examples
    --------
    >>> [str(x) for x in minimise([1, 1, 1], [{"x": 1}, {"y": 1}, {"x": 1, "y": 2}], {"x": 1, "y": 1})]
    ['1/2', '0', '1/2']
    >>> minimise([1], [{"x": 1}], {"x": -1}) is None
    True
    """
    names = sorted({row for vector in (target, *columns) for row in vector}, key=str)
    rows, right = [], []
    for name in names:
        sign = -1 if target.get(name, 0) < 0 else 1
        rows.append({j: sign * Fraction(column[name]) for j, column in enumerate(columns) if column.get(name)})
        right.append(sign * Fraction(target.get(name, 0)))
    basis: list[int | None] = [None] * len(rows)  # None: the artificial variable of that row
    reduced: dict[int, Fraction] = {}
    for row in rows:  # phase 1 minimises the sum of the artificial variables
        _subtract(reduced, row, Fraction(1))
    if not _descend(rows, right, basis, reduced) or any(
        value for value, variable in zip(right, basis, strict=True) if variable is None
    ):
        return None
    for i, variable in enumerate(basis):  # artificial variables still in the basis stand at zero
        if variable is None and rows[i]:
            _pivot(rows, right, basis, reduced, i, min(rows[i]))
    reduced = {j: Fraction(cost) for j, cost in enumerate(costs) if cost}
    for row, variable in zip(rows, basis, strict=True):
        if variable is not None:
            _subtract(reduced, row, Fraction(costs[variable]))
    if not _descend(rows, right, basis, reduced):
        return None
    solution = [Fraction(0)] * len(columns)
    for value, variable in zip(right, basis, strict=True):
        if variable is not None:
            solution[variable] = value
    return solution


def _descend(rows, right, basis, reduced) -> bool:
    """Pivot until no reduced cost is negative; False when the cost has no lower bound."""
    while entering := [j for j, cost in reduced.items() if cost < 0]:
        column = min(entering)
        ratios = [
            (right[i] / row[column], -1 if basis[i] is None else basis[i], i)
            for i, row in enumerate(rows)
            if row.get(column, 0) > 0
        ]
        if not ratios:
            return False
        _pivot(rows, right, basis, reduced, min(ratios)[2], column)
    return True


def _pivot(rows, right, basis, reduced, i, column) -> None:
    scale = rows[i][column]
    rows[i] = {j: entry / scale for j, entry in rows[i].items()}
    right[i] /= scale
    basis[i] = column
    for k, row in enumerate(rows):
        if k != i and column in row:
            factor = row[column]
            _subtract(row, rows[i], factor)
            right[k] -= factor * right[i]
    if column in reduced:
        _subtract(reduced, rows[i], reduced[column])


def _subtract(row, other, factor) -> None:
    """row -= factor * other, keeping only what is not zero."""
    for j, entry in other.items():
        value = row.get(j, 0) - factor * entry
        if value:
            row[j] = value
        else:
            row.pop(j, None)
