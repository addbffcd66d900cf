"""Balanced batches: every class equally likely, every row of a class equally likely, one pass over the labels."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from gradnotes.sampling import balanced_batches


def test_classes_are_equally_likely_within_four_sigma():
    y = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [20, 1000, 98980]))
    drawn = np.concatenate(list(balanced_batches(y, 500, 60, rng=1)))
    counts = np.bincount(y[drawn])
    sigma = np.sqrt(30_000 * (1 / 3) * (2 / 3))
    assert np.all(np.abs(counts - 10_000) < 4 * sigma)


def test_rows_of_a_class_are_equally_likely():
    y = np.array([1, 0, 1, 1, 0, 1])
    counts = np.bincount(np.concatenate(list(balanced_batches(y, 600, 40, rng=2))), minlength=6)
    expected = 24_000 / (2 * np.bincount(y)[y])
    assert np.all(np.abs(counts - expected) < 4 * np.sqrt(expected))


def test_the_expected_loss_is_the_mean_of_the_class_means():
    rng = np.random.default_rng(3)
    y = rng.choice(3, size=4000, p=[0.9, 0.08, 0.02])
    loss = rng.gamma(1 + y)
    drawn = np.concatenate(list(balanced_batches(y, 1000, 200, rng=4)))
    macro = np.mean([loss[y == c].mean() for c in range(3)])
    assert abs(loss[drawn].mean() - macro) < 4 * loss[drawn].std() / np.sqrt(len(drawn))
    assert abs(loss.mean() - macro) > 0.5  # and that is another number than the plain mean


def test_a_seed_repeats_the_stream_and_none_has_no_end():
    y = np.array(["ill", "well", "ill", "ill"])
    one, two = (list(islice(balanced_batches(y, 5, None, rng=7), 30)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert len(one) == 30 and all(rows.shape == (5,) for rows in one)
    assert not list(balanced_batches(y, 5, 0, rng=7))


def test_a_million_rows_need_one_integer_each():
    import tracemalloc

    y = (np.arange(1_000_000) % 1000 == 0).astype(np.int64)
    tracemalloc.start()
    stream = balanced_batches(y, 256, None, rng=0)
    next(stream)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1.1 * 8 * len(y)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": [1, 1, 1]}, r"at least two classes, got \[1\]"),
        ({"y": [0.0, 1.0]}, "vector of class labels, got shape .* float64"),
        ({"y": [[0, 1]]}, "vector of class labels"),
        ({"size": 0}, "size must be an integer >= 1, got 0"),
        ({"batches": -1}, "batches must be an integer >= 0, or None for no end, got -1"),
    ],
)
def test_errors_come_at_the_call(change, message):
    with pytest.raises(ValueError, match=message):
        balanced_batches(**{"y": [0, 1], "size": 4, "batches": 1, "rng": 0, **change})
