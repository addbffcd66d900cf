"""The bias of a sharp activation as a series in eps. [000 section 3.2, case of phi_eps]"""

from __future__ import annotations

from fractions import Fraction

__all__ = ["sharpness_series"]


def sharpness_series(model, order: int = 3) -> tuple[tuple[Fraction, float], ...]:
    r"""Powers of eps and coefficients of the bias a_1 - theta* for `Algebraic(eps)`, as eps goes to 0; n = 1.

    .. math:: \delta = \tfrac14 K_2\, \varepsilon^{3/2} - \tfrac{3}{16} K_4\, \varepsilon^{5/2}
              + \tfrac18 K_2 S_3\, \varepsilon^{3} + \dots

    with K_2 = A^-2 - B^-2, K_4 = A^-4 - B^-4, S_3 = A^-3 + B^-3 and A, B the lengths of the two sides.

    Parameters
    ----------
    model : StepModel with one cut
    order : int
        How many terms, 1 to 3.

    Returns
    -------
    tuple of (Fraction power of eps, float coefficient in x-units to the power 1 - 2 power)

    Raises
    ------
    ValueError
        If the model has several cuts or `order` is not 1, 2 or 3.

    Examples
    --------
    >>> from gradnotes.gain import StepModel
    >>> [(str(power), round(c, 6)) for power, c in sharpness_series(StepModel((0, 0.5, 1.5)), order=2)]
    [('3/2', 0.75), ('5/2', -2.8125)]
    """
    if model.n != 1:
        raise ValueError(f"the series is known for one cut, got n = {model.n}: give StepModel three knots")
    if order not in (1, 2, 3):
        raise ValueError(f"order must be 1, 2 or 3, got {order!r}: no further term is known here")
    a, cut, b = model.knots
    A, B = cut - a, b - cut
    k2, k4, s3 = A**-2 - B**-2, A**-4 - B**-4, A**-3 + B**-3
    terms = ((Fraction(3, 2), k2 / 4), (Fraction(5, 2), -3 * k4 / 16), (Fraction(3), k2 * s3 / 8))
    return terms[:order]
