"""The checks that tests and notebooks share: finite differences, gradient checks, equality, refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

__all__ = ["assert_same", "check_grad", "numerical_grad", "refused"]


def numerical_grad(f: Callable, x, h: float = 1e-3) -> np.ndarray:
    r"""Gradient of a scalar function by central differences of order four.

    .. math:: f'(x) \approx \frac{8[f(x+h)-f(x-h)]-[f(x+2h)-f(x-2h)]}{12h}

    The step of coordinate i is h max(1, \|x_i\|): relative for large x, absolute near zero.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, returns one number.
    x : array_like, any shape
        Where to differentiate; copied, float64.
    h : float
        Relative step; the default balances the error terms h^4 and 1e-16/h.

    Returns
    -------
    ndarray, the shape of `x`

    Raises
    ------
    ValueError
        If `h` is not positive, `x` is not finite, or `f` does not return a single number.

    Examples
    --------
    >>> numerical_grad(lambda x: x[0] ** 2 * x[1], [3.0, 5.0]).round(6).tolist()
    [30.0, 9.0]
    """
    if not h > 0:
        raise ValueError(f"h must be > 0, got {h!r}: it is the step of the difference quotient")
    x = np.array(x, dtype=float)
    if not np.isfinite(x).all():
        raise ValueError(f"x must be finite, got {x!r}: choose a point where f is defined")
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        step = h * max(1.0, abs(x[i]))

        def along(k, i=i, step=step):
            moved = x.copy()
            moved[i] += k * step
            value = np.asarray(f(moved), dtype=float)
            if value.size != 1:
                raise ValueError(f"f must return one number, got shape {value.shape}: reduce it first")
            return value.item()

        gradient[i] = (8 * (along(1) - along(-1)) - (along(2) - along(-2))) / (12 * step)
    return gradient


def check_grad(f: Callable, grad: Callable, x, rtol: float = 1e-6) -> float:
    """Compare a gradient with finite differences; return the largest error, or raise with both sides.

    The error is ``|grad(x) - numerical| / max(1, |numerical|)``, entry by entry.

    Parameters
    ----------
    f, grad : callable
        The scalar function, and what is claimed to be its gradient.
    x : array_like
        The point.
    rtol : float
        The largest error that is accepted.

    Raises
    ------
    AssertionError
        If the shapes differ or an error exceeds `rtol`; the message shows analytic and numerical values.

    Examples
    --------
    >>> check_grad(lambda x: x @ x, lambda x: 2 * x, [1.0, -2.0]) < 1e-9
    True
    """
    x = np.array(x, dtype=float)
    analytic = np.asarray(grad(x), dtype=float)
    numeric = numerical_grad(f, x)
    if analytic.shape != numeric.shape:
        raise AssertionError(f"the gradient has shape {analytic.shape}, x has shape {numeric.shape}")
    error = np.abs(analytic - numeric) / np.maximum(1.0, np.abs(numeric))
    worst = float(error.max(initial=0.0))
    if not worst <= rtol:
        raise AssertionError(
            f"the gradient differs from finite differences by {worst:.3g} > rtol {rtol:g}\n"
            f"  analytic : {analytic}\n  numerical: {numeric}"
        )
    return worst


def assert_same(left, right, rtol: float = 1e-12, atol: float = 1e-12) -> None:
    """Raise unless both sides have the same shape and agree to the tolerance; the message shows both.

    Works on numbers, arrays, (nested) lists and on torch tensors on any device.

    Raises
    ------
    AssertionError
        If shapes differ, both sides are empty, a value is NaN on one side only, or
        ``|left - right| > atol + rtol |right|``.

    Examples
    --------
    >>> assert_same(0.1 + 0.2, 0.3)
    >>> assert_same([1.0, 2.0], [1.0, 2.5])
    Traceback (most recent call last):
    ...
    AssertionError: the two sides differ by up to 0.5 (allowed 1e-12 + 1e-12 |right|)
      left : [1. 2.]
      right: [1.  2.5]
    """
    left, right = _array(left), _array(right)
    if left.shape != right.shape:
        raise AssertionError(f"shapes differ: {left.shape} and {right.shape}\n  left : {left}\n  right: {right}")
    if left.size == 0:
        raise AssertionError(f"both sides are empty, of shape {left.shape}: nothing was compared")
    if np.allclose(left, right, rtol=rtol, atol=atol, equal_nan=True):
        return
    with np.errstate(invalid="ignore"):
        gap = np.abs(left - right)
    worst = np.nanmax(gap) if np.isfinite(gap).any() else np.nan
    raise AssertionError(
        f"the two sides differ by up to {worst:.3g} (allowed {atol:g} + {rtol:g} |right|)\n"
        f"  left : {left}\n  right: {right}"
    )


def _array(value) -> np.ndarray:
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    array = np.asarray(value)
    return array if array.dtype.kind in "fciub" else array.astype(float)


@contextmanager
def refused(*kinds: type[BaseException], match: str = "") -> Iterator[None]:
    """The negative twin of a check: the block must raise, or this does.

    Parameters
    ----------
    *kinds : exception classes
        What counts as a refusal; `AssertionError` when none is given.
    match : str
        Words that the message must contain.

    Raises
    ------
    AssertionError
        If the block raises nothing, or its message lacks `match`. Other kinds of exception pass through.

    Examples
    --------
    >>> with refused():
    ...     assert_same(1.0, 2.0)
    >>> with refused():
    ...     assert_same(1.0, 1.0)
    Traceback (most recent call last):
    ...
    AssertionError: the perturbed statement was accepted: this check cannot fail
    """
    kinds = kinds or (AssertionError,)
    try:
        yield
    except kinds as refusal:
        if match not in str(refusal):
            raise AssertionError(f"refused for another reason: {refusal} (expected {match!r})") from refusal
        return
    raise AssertionError("the perturbed statement was accepted: this check cannot fail")
