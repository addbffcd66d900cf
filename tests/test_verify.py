"""The checks that all others rest on: order of the differences, tolerances on both sides, refusal."""

from __future__ import annotations

import numpy as np
import pytest

from gradnotes.verify import assert_same, check_grad, numerical_grad, refused


@pytest.mark.parametrize(("x", "step"), [(0.5, 0.1), (1.0, 0.1), (-3.0, 0.3), (4.0, 0.4)])
def test_differences_are_exact_up_to_degree_four_and_miss_h4_f5_over_30(x, step):
    """Taylor: the quotient is f' - h^4 f^(5) / 30 + ..., with h relative for |x| > 1; x^5 has no further term."""
    quartic = numerical_grad(lambda v: v[0] ** 4 - 2 * v[0] ** 3 + v[0], [x], h=0.1)[0]
    assert quartic == pytest.approx(4 * x**3 - 6 * x**2 + 1, rel=1e-11, abs=1e-11)
    fifth = numerical_grad(lambda v: v[0] ** 5, [x], h=0.1)[0]
    assert fifth == pytest.approx(5 * x**4 - 4 * step**4, rel=1e-11)


def test_each_coordinate_moves_alone_and_x_stays():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    gradient = numerical_grad(lambda v: v[0, 0] * v[1, 1] + v[0, 1] ** 2, x)
    assert np.allclose(gradient, [[4.0, 4.0], [0.0, 1.0]], rtol=1e-9, atol=1e-9)
    assert x.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert numerical_grad(lambda v: 2 * v, 3.0).shape == ()


def test_numerical_grad_refuses_with_the_rule():
    for h in (0.0, -1e-3, np.nan):
        with pytest.raises(ValueError, match="h must be > 0, got"):
            numerical_grad(lambda v: v[0], [1.0], h)
    with pytest.raises(ValueError, match="x must be finite"):
        numerical_grad(lambda v: v[0], [np.inf])
    with pytest.raises(ValueError, match=r"one number, got shape \(2,\)"):
        numerical_grad(lambda v: v, [1.0, 2.0])


def test_check_grad_measures_against_the_larger_of_1_and_the_slope():
    assert check_grad(lambda v: 1000 * v[0], lambda v: [1001.0], [1.0], rtol=1e-2) == pytest.approx(1e-3, rel=1e-6)
    assert check_grad(lambda v: 0.1 * v[0], lambda v: [0.11], [1.0], rtol=0.1) == pytest.approx(0.01, rel=1e-6)
    assert check_grad(lambda v: v[0] + 4 * v[1], lambda v: [1.2, 4.0], [1.0, 1.0], rtol=1) == pytest.approx(0.2)
    with pytest.raises(AssertionError, match=r"by 0.001 > rtol 0.0005(.|\n)*analytic : .*1001(.|\n)*numerical: .*1000"):
        check_grad(lambda v: 1000 * v[0], lambda v: [1001.0], [1.0], rtol=5e-4)
    with pytest.raises(AssertionError, match=r"shape \(1, 1\), x has shape \(1,\)"):
        check_grad(lambda v: v[0], lambda v: [[1.0]], [1.0])
    with pytest.raises(AssertionError, match="finite differences by nan"):
        check_grad(lambda v: v[0], lambda v: [np.nan], [1.0])


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [(1.09, 1.0, True), (1.12, 1.0, False), (-1.09, -1.0, True), (10.56, 10.0, False), (10.54, 10.0, True),
     (0.04, 0.0, True), (0.06, 0.0, False)],
)  # fmt: skip
def test_both_tolerances_count_and_the_relative_one_is_of_the_right_side(left, right, same):
    """|left - right| <= 0.05 + 0.05 |right|."""
    if same:
        assert_same(left, right, rtol=0.05, atol=0.05)
    else:
        with pytest.raises(AssertionError, match=rf"up to {abs(left - right):.3g} \(allowed 0.05 \+ 0.05 \|right\|\)"):
            assert_same(left, right, rtol=0.05, atol=0.05)


def test_the_default_tolerance_is_twelve_digits():
    assert_same(1.0 + 1e-12, 1.0)
    with refused():
        assert_same(1.0 + 3e-12, 1.0)


def test_assert_same_looks_at_shapes_and_nans_first():
    assert_same([np.nan, 1], [np.nan, 1.0])
    assert_same([True, False], [1, 0])
    with refused(match=r"shapes differ: (1, 2) and (2,)"):
        assert_same([[1.0, 2.0]], [1.0, 2.0])
    with refused(match="up to 0.25"):
        assert_same([np.nan, 1.0, 2.0], [np.nan, 1.25, 2.0])
    with refused(match="up to nan"):
        assert_same([np.nan], [1.0])


def test_assert_same_takes_tensors_that_need_gradients():
    torch = pytest.importorskip("torch")
    assert_same(torch.ones(2, requires_grad=True), [1, 1])
    assert_same([1.0, 2.0], torch.tensor([1.0, 2.0], dtype=torch.float64))


def test_refused_wants_the_right_kind_and_the_right_words():
    with refused(ValueError, KeyError, match="rule"):
        raise KeyError("the rule")
    with pytest.raises(AssertionError, match="for another reason: other"), refused(ValueError, match="rule"):
        raise ValueError("other")
    with pytest.raises(AssertionError, match="cannot fail"), refused(ValueError):
        pass
    with pytest.raises(ZeroDivisionError), refused():
        1 / 0  # noqa: B018


def test_two_empty_sides_prove_nothing():
    with pytest.raises(AssertionError, match="both sides are empty"):
        assert_same([], np.zeros(0))
