"""Pictures of chapters 13 to 15 show the numbers they are given."""

import numpy as np
import pytest

from gradnotes import plotting


def axes(columns=1):
    return plotting.subplots(columns=columns)[1]


def test_depth_curves_are_logarithmic_and_labelled():
    ax = plotting.draw_depth_curves(axes(), [1, 2, 3], {"a": [1, 0.1, 0.01], "b": [1, 10, 100]}, "size")
    assert ax.get_yscale() == "log" and ax.get_ylabel() == "size"
    assert [line.get_ydata().tolist() for line in ax.lines] == [[1, 0.1, 0.01], [1, 10, 100]]
    assert len({line.get_linestyle() for line in ax.lines}) == 2


def test_seed_strip_shows_every_seed_and_the_median():
    ax = plotting.draw_seed_strip(axes(), {"x": [3.0, 1.0, 2.0, 10.0]}, "value", level=0.5, level_label="chance")
    dots, median, level = ax.lines
    assert dots.get_xdata().tolist() == [1, 2, 3, 10] and list(median.get_xdata()) == [2.5, 2.5]
    assert list(level.get_xdata()) == [0.5, 0.5] and ax.get_yticklabels()[0].get_text() == "x"


def test_log_histograms_put_zeros_into_the_first_bin_and_sum_to_one():
    ax = plotting.draw_log_histograms(axes(), {"n": [0.0, 0.0, 1.0, 10.0]}, "log")
    heights = ax.lines[0].get_ydata()
    assert heights[0] == 0.5 and heights[:-1].sum() == pytest.approx(1)


def test_barcodes_have_one_panel_each():
    panels = plotting.draw_barcodes(axes(2), {"a": np.zeros((3, 5)), "b": np.ones((3, 5))})
    assert [ax.get_title() for ax in panels] == ["a", "b"]
    assert (panels[1].images[0].get_array() == 1).all()


def test_bundles_draw_each_seed_and_the_median():
    values = np.array([[0.0, 1, 5], [1, 1, 7]])
    ax = plotting.draw_curve_bundles(axes(), [1, 2], {"runs": values}, "epoch", "share")
    assert len(ax.lines) == 4 and ax.lines[-1].get_ydata().tolist() == [1, 1]


def test_fits_and_points():
    ax = plotting.draw_fits(axes(), ([0, 1], [2, 3]), [0, 0.5, 1], {"flat": [1, 1, 1]})
    assert ax.lines[0].get_ydata().tolist() == [1, 1, 1] and ax.lines[1].get_xdata().tolist() == [0, 1]


def test_penalty_balls_mark_the_touching_points():
    panels = plotting.draw_penalty_balls(axes(2), np.array([1.6, 0.2]), np.eye(2), {"L1": [1.0, 0], "L2": [0.8, 0.6]})
    for ax, point in zip(panels, ([1.0, 0], [0.8, 0.6]), strict=True):
        assert point in [list(map(float, (line.get_xdata()[0], line.get_ydata()[0]))) for line in ax.lines]
    corners = panels[0].patches[0].get_xy()
    assert abs(corners).sum(axis=1) == pytest.approx(np.ones(len(corners)))


def test_shrinkage_keeps_the_diagonal_for_comparison():
    ax = plotting.draw_shrinkage(axes(), [-1, 0, 1], {"soft": [0, 0, 0]})
    assert list(ax.lines[0].get_ydata()) == [-1, 0, 1] and list(ax.lines[1].get_ydata()) == [0, 0, 0]


def test_path_runs_from_strong_to_weak_and_names_every_line():
    ax = plotting.draw_coefficient_path(axes(), [10, 1, 0.1], np.array([[0, 0], [1, 0], [2, 2.01]]), ["u", "v"], ("v",))
    assert ax.get_xlim() == (10, 0.1) and {text.get_text() for text in ax.texts} == {"u", "v"}
    assert [text.xy[1] for text in ax.texts] == [2, 2.01], "each name is tied to the end of its line"
    low, high = (text.get_position()[1] for text in ax.texts)
    assert high - low > 0.1 and abs((low + high) / 2 - 2.005) < 1e-12, "no overlap, and about their lines"


def test_validation_marks_the_choices():
    ax = plotting.draw_validation(axes(), [10, 1], np.array([5.0, 4]), np.array([1.0, 1]), {"best": 1})
    assert ax.lines[0].get_ydata().tolist() == [5, 4] and list(ax.lines[1].get_xdata()) == [1, 1]
