"""Pictures of chapter 19 show the numbers they are given, also where its data file is missing."""

import numpy as np

from gradnotes import plotting


def axes():
    return plotting.subplots()[1]


def test_a_roc_curve_has_false_alarms_below_and_sensitivity_on_the_left():
    alarms, found = np.array([0.0, 0.1, 0.5, 1.0]), np.array([0.0, 0.6, 0.9, 1.0])
    ax = plotting.draw_roc(axes(), {"a": (alarms, found)}, {"one half": (0.1, 0.6)})
    curve = next(line for line in ax.lines if line.get_label() == "a")
    assert curve.get_xdata().tolist() == alarms.tolist() and curve.get_ydata().tolist() == found.tolist()
    assert curve.get_drawstyle() == "steps-post"
    assert "false alarms" in ax.get_xlabel() and "found" in ax.get_ylabel()


def test_precision_stands_over_recall_and_above_the_base_rate():
    recall, precision = np.array([0.2, 0.7]), np.array([0.9, 0.8])
    ax = plotting.draw_precision_recall(axes(), {"a": (recall, precision)}, {}, base=0.75)
    curve = next(line for line in ax.lines if line.get_label() == "a")
    assert curve.get_xdata().tolist() == recall.tolist() and curve.get_ydata().tolist() == precision.tolist()
    assert any(set(line.get_ydata()) == {0.75} for line in ax.lines)


def test_prices_are_labelled_where_they_stand():
    price, cost = np.array([1.0, 3.0, 10.0]), np.array([0.2, 0.4, 0.9])
    ax = plotting.draw_cost_curves(axes(), price, {"a": cost})
    assert ax.get_xscale() == "log" and ax.get_ylim()[0] == 0
    assert [float(label.get_text()) for label in ax.get_xticklabels()] == ax.get_xticks().tolist()
    assert ax.lines[0].get_xdata().tolist() == price.tolist() and ax.lines[0].get_ydata().tolist() == cost.tolist()
