"""Pictures of walks: marks and arrows stand where the steps are."""

from __future__ import annotations

import numpy as np

from gradnotes import plotting


def test_five_paths_over_level_curves_repeat_the_first_mark():
    grid = np.linspace(-1, 1, 5)
    paths = [np.array([[0.0, 0.0], [k / 5, 0.5]]) for k in range(5)]
    ax = plotting.draw_contours(plotting.subplots()[1], grid, grid, np.add.outer(grid**2, grid**2), paths, "abcde")
    assert [line.get_marker() for line in ax.lines] == ["o", "s", "^", "D", "o"]
    assert [line.get_xydata().tolist() for line in ax.lines] == [path.tolist() for path in paths]


def test_each_arrow_of_a_descent_leads_from_one_iterate_to_the_next():
    x = np.linspace(-2, 2, 9)
    ax = plotting.draw_descent(plotting.subplots()[1], x, x**2, [2.0, 1.0, 0.5], [4.0, 1.0, 0.25])
    arrows = [note for note in ax.texts if note.arrow_patch is not None]
    assert [(note.xyann, note.xy) for note in arrows] == [((2.0, 4.0), (1.0, 1.0)), ((1.0, 1.0), (0.5, 0.25))]
    assert {(note.arrow_patch.shrinkA, note.arrow_patch.shrinkB) for note in arrows} == {(0, 1)}
