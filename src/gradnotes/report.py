"""Text that does not depend on the last bits of a number, on the device or on the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

__all__ = ["glue", "show", "stable", "table"]


def _number(x) -> float:
    if hasattr(x, "detach"):
        x = x.detach().cpu().numpy()
    array = np.asarray(x, dtype=float)
    if array.size != 1:
        raise ValueError(f"x must be one number, got shape {array.shape}: call stable on each entry")
    return array.item()


def stable(x, digits: int = 4, tol: float = 1e-9) -> str:
    """`x` with `digits` decimals, provided that x - tol and x + tol print the same.

    A text that flips between two machines when the last bits of `x` change cannot be compared; such a
    number is refused here, where it is made, and not on somebody else's machine.

    Parameters
    ----------
    x : number, one-element array or tensor
    digits : int
        Decimals, >= 0.
    tol : float
        How far `x` may move between machines, >= 0.

    Raises
    ------
    ValueError
        If `x` is not one finite number, or lies within `tol` of a rounding edge: drop a digit, or print a bound.

    Examples
    --------
    >>> stable(2 / 3, 4, 1e-9)
    '0.6667'
    >>> stable(0.12345, 4, 1e-6)
    Traceback (most recent call last):
    ...
    ValueError: 0.12345 +- 1e-06 is not stable at 4 digits: 0.1234 or 0.1235; print fewer digits or a bound
    """
    value = _number(x)
    if not np.isfinite(value):
        raise ValueError(f"x must be finite, got {value}: a NaN or an infinity is not a result to print")
    if digits < 0 or not tol >= 0:
        raise ValueError(f"digits and tol must be >= 0, got {digits!r} and {tol!r}")
    low, high = (_unsigned_zero(f"{value + s * tol:.{digits}f}") for s in (-1, 1))
    if low != high:
        raise ValueError(
            f"{value!r} +- {tol:g} is not stable at {digits} digits: {low} or {high}; print fewer digits or a bound"
        )
    return low


def _unsigned_zero(text: str) -> str:
    return text.lstrip("-") if float(text) == 0 else text


class Table:
    """Rows of text that print as aligned columns and render as HTML; made by `table`."""

    def __init__(self, rows: list[list[str]], header: list[str]):
        self.rows, self.header = rows, header

    def __repr__(self) -> str:
        lines = [self.header, *self.rows]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.header))]
        return "\n".join(
            "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines
        )

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.header)
        body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in self.rows)
        return '<table class="gn-table"><thead><tr>' + head + "</tr></thead><tbody>" + body + "</tbody></table>"


def table(rows: Iterable[Sequence], header: Sequence[str], digits: int = 4, tol: float = 1e-9) -> Table:
    """A table for the page: text and integers as they are, every other number through `stable`.

    Parameters
    ----------
    rows : iterable of sequences, one entry per column
    header : column names
    digits, tol : as in `stable`

    Raises
    ------
    ValueError
        If a row has another length than the header, or a number is not stable.

    Examples
    --------
    >>> table([("arctan", 2 / 3, 5), ("tanh", 0.5, 12)], ["phi", "cut", "steps"])
    phi     cut     steps
    arctan  0.6667  5
    tanh    0.5000  12
    """
    header = [str(name) for name in header]
    lines = []
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row must have {len(header)} entries, got {len(row)}: {tuple(row)!r}")
        lines.append([_cell(entry, digits, tol) for entry in row])
    return Table(lines, header)


def _cell(entry, digits, tol) -> str:
    if isinstance(entry, str) or entry is None:
        return entry or ""
    if isinstance(entry, (bool, np.bool_)):
        return "yes" if entry else "no"
    if isinstance(entry, (int, np.integer)):
        return str(entry)
    if isinstance(entry, (float, np.floating, np.ndarray)) or hasattr(entry, "detach"):
        return stable(entry, digits, tol)
    return str(entry)


def show(label: str, x=None, digits: int = 4, tol: float = 1e-9) -> None:
    """Print `label` and a number (or a small array) through `stable`, on one line.

    Examples
    --------
    >>> show("slope at 0", 0.25)
    slope at 0: 0.2500
    >>> show("path", [1.0, 0.8], digits=2)
    path: 1.00 0.80
    """
    if x is None:
        print(label)
        return
    if hasattr(x, "detach"):
        x = x.detach().cpu().numpy()
    print(f"{label}: " + " ".join(_cell(entry, digits, tol) for entry in np.ravel(np.asarray(x, dtype=object))))


def glue(name: str, value, digits: int = 4, tol: float = 1e-9) -> None:
    """Give `value` to the prose under `name`, as text through `stable`; prints it where myst_nb is missing.

    In the prose, the role ``glue:text`` with this name shows it. Text and integers go as they are.

    Examples
    --------
    >>> import sys; kept = sys.modules.get("myst_nb"); sys.modules["myst_nb"] = None
    >>> glue("learned-cut", 0.2389843)
    learned-cut = 0.2390
    >>> _ = sys.modules.pop("myst_nb") if kept is None else sys.modules.__setitem__("myst_nb", kept)
    """
    text = _cell(value, digits, tol)
    try:
        from myst_nb import glue as myst_glue
    except ImportError:
        print(f"{name} = {text}")
        return
    myst_glue(name, text, display=False)
