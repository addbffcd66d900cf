"""Balanced batches from a stream, and folds that never split a group."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from gradnotes.sampling import balanced_batches, group_folds, refuse_leak


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


GROUPS = np.repeat(np.arange(32), [6] * 29 + [7] * 3)
LABELS = (GROUPS >= 8).astype(int)


@pytest.mark.parametrize("seed", range(5))
def test_folds_never_split_a_group_and_share_the_classes(seed):
    fold = group_folds(GROUPS, 5, seed, y=LABELS)
    for k in range(5):
        refuse_leak(GROUPS, np.flatnonzero(fold != k), np.flatnonzero(fold == k))
        healthy = np.unique(GROUPS[(fold == k) & (LABELS == 0)])
        assert 1 <= len(healthy) <= 2  # eight groups in five folds
        assert 6 <= len(np.unique(GROUPS[fold == k])) <= 7


def test_folds_are_random_and_repeatable():
    assert np.array_equal(group_folds(GROUPS, 5, 1), group_folds(GROUPS, 5, 1))
    assert not np.array_equal(group_folds(GROUPS, 5, 1), group_folds(GROUPS, 5, 2))


def test_as_many_folds_as_groups_leave_one_group_out():
    from sklearn.model_selection import LeaveOneGroupOut

    fold = group_folds(GROUPS, 32, 0)
    ours = {frozenset(np.flatnonzero(fold == k).tolist()) for k in range(32)}
    theirs = {frozenset(test.tolist()) for _, test in LeaveOneGroupOut().split(GROUPS, groups=GROUPS)}
    assert ours == theirs


def test_a_split_by_rows_is_refused():
    with pytest.raises(ValueError, match=r"groups in the test part also train, for .* test rows: split by group"):
        refuse_leak(GROUPS, np.arange(0, 195, 2), np.arange(1, 195, 2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"folds": 1}, "folds must be an integer from 2 to the 32 groups, got 1"),
        ({"folds": 33}, "to the 32 groups, got 33"),
        ({"y": np.arange(195) % 2}, "a group must have one label"),
        ({"y": [0, 1]}, r"one label for each of 195 rows, got shape \(2,\)"),
        ({"groups": [0.0, np.nan, np.nan]}, "groups must name the owner of each of n rows, .*: a vector without NaN"),
        ({"groups": [[0, 1], [2, 3]]}, "groups must name the owner of each of n rows"),
    ],
)
def test_bad_folds_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        group_folds(**{"groups": GROUPS, "folds": 5, "rng": 0, **change})
