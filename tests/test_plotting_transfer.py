"""Pictures of chapters 16 and 17 show the numbers they are given."""

import numpy as np
import pytest

from gradnotes import plotting


def axes(columns=1):
    return plotting.subplots(columns=columns)[1]


def test_paired_effects_show_every_draw_and_two_standard_errors():
    values = np.array([1.0, 2.0, 3.0, 6.0])
    ax = plotting.draw_paired(axes(), {"a": values}, "effect")
    dots = next(line for line in ax.lines if len(line.get_xdata()) == 4)
    assert sorted(dots.get_xdata()) == values.tolist()
    (bar,) = (c for c in ax.containers if hasattr(c, "has_xerr") and c.has_xerr)
    low, high = bar.lines[2][0].get_segments()[0][:, 0]
    assert (low + high) / 2 == pytest.approx(3) and (high - low) / 4 == pytest.approx(values.std(ddof=1) / 2)


def test_dropped_units_compare_the_law_with_the_sample():
    law = np.array([0.25, 0.5, 0.25])
    ax = plotting.draw_dropped(axes(), {"p": law}, {"p": np.array([0, 1, 1, 2])})
    assert [bar.get_height() for bar in ax.patches] == law.tolist() == ax.lines[0].get_ydata().tolist()


def test_fold_intervals_hold_naive_inside_corrected_and_the_truth():
    ax = plotting.draw_fold_intervals(axes(), [0.5, -1.0], [0.2, 0.3], [0.6, 0.9], 0.4)
    assert [line.get_xdata()[0] for line in ax.lines[:2]] == [0, 0.4]
    corrected, naive = (c.lines[2][0].get_segments() for c in ax.containers)
    assert np.ptp(corrected[1][:, 0]) == pytest.approx(3.6) and np.ptp(naive[1][:, 0]) == pytest.approx(1.2)


def test_column_lengths_are_shares_at_least_as_long():
    ax = plotting.draw_column_lengths(axes(), {"a": [3.0, 1.0]}, 2)
    assert ax.lines[0].get_xdata().tolist() == [1, 3] and ax.lines[0].get_ydata().tolist() == [1, 0.5]


def test_bands_draw_the_mean_over_seeds():
    ax = plotting.draw_bands(axes(), [1, 2], {"a": [[0.0, 1.0], [1.0, 3.0]]}, "k", "share")
    assert ax.lines[0].get_ydata().tolist() == [0.5, 2.0]


def test_masks_and_ball_draw_what_they_get():
    ax = plotting.draw_mask_average(axes(), [0.2, 0.9], ["0", "1"], {"mean": 0.55})
    assert [bar.get_height() for bar in ax.patches] == [0.2, 0.9] and ax.lines[0].get_ydata()[0] == 0.55
    ax = plotting.draw_norm_ball(axes(), [[3, 4]], [[1.8, 2.4]], 3)
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[3, 4]], [[1.8, 2.4]]]


def test_canvases_have_a_frame_and_the_board_its_signs():
    (panel,) = plotting.draw_canvases([axes()], [np.eye(3).ravel()], ["a"])
    assert panel.images[0].get_array().shape == (3, 3) and all(s.get_visible() for s in panel.spines.values())
    ax = plotting.draw_board(axes(), [[10.2, -31], [-7, 8]], ["a", "b"], ["c", "d"])
    assert [text.get_text() for text in ax.texts] == ["+10", "\u221231", "\u22127", "+8"]
