"""Text that two machines print alike, or that is refused."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from gradnotes import report


@pytest.mark.parametrize(
    ("x", "digits", "tol", "text"),
    [(2 / 3, 4, 1e-9, "0.6667"), (-0.00001, 3, 1e-9, "0.000"), (-0.5004, 3, 1e-9, "-0.500"), (12.3, 0, 0.1, "12"),
     (np.float32(1.5), 2, 1e-9, "1.50"), (np.array([[7.25]]), 2, 0.0, "7.25"), (0.5, 1, 0.049, "0.5")],
)  # fmt: skip
def test_stable_prints_what_every_machine_prints(x, digits, tol, text):
    assert report.stable(x, digits, tol) == text


@pytest.mark.parametrize("x", [0.12345, 0.12345 - 5e-10, 0.12345 + 5e-10, -0.12345])
def test_a_number_at_a_rounding_edge_is_refused_from_both_sides(x):
    with pytest.raises(ValueError, match=r"not stable at 4 digits: -?0\.123[45] or -?0\.123[45]"):
        report.stable(x, 4, 1e-9)
    assert report.stable(x, 3, 1e-9).lstrip("-") == "0.123"


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [((np.nan,), "x must be finite"), ((np.inf,), "x must be finite"), ((1.0, -1), "must be >= 0, got -1"),
     ((1.0, 2, -1e-9), "must be >= 0, got 2 and -1e-09"), ((1.0, 2, np.nan), "must be >= 0"),
     (([1.0, 2.0],), r"one number, got shape \(2,\)")],
)  # fmt: skip
def test_stable_refuses_with_the_rule(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        report.stable(*arguments)


def test_a_table_prints_in_columns_and_renders_as_html():
    rows = [("a<b", 1.5, 2, True), (None, np.float64(-0.25), np.int64(3), np.bool_(False))]
    found = report.table(rows, ["name", "x", "n", "ok"], digits=2)
    assert repr(found) == "name  x      n  ok\na<b   1.50   2  yes\n      -0.25  3  no"
    assert found._repr_html_() == (
        '<table class="gn-table"><thead><tr><th scope="col">name</th><th scope="col">x</th><th scope="col">n</th>'
        '<th scope="col">ok</th></tr></thead><tbody><tr><td>a&lt;b</td><td>1.50</td><td>2</td><td>yes</td></tr>'
        "<tr><td></td><td>-0.25</td><td>3</td><td>no</td></tr></tbody></table>"
    )
    with pytest.raises(ValueError, match="a row must have 2 entries, got 1"):
        report.table([("a",)], ["x", "y"])
    with pytest.raises(ValueError, match="not stable"):
        report.table([(0.12345,)], ["x"])


def test_show_prints_one_line(capsys):
    report.show("only words")
    report.show("path", [1.0, 0.25], digits=2)
    report.show("sizes", [[1, 2], [3, 4]])
    report.show("word", "yes")
    assert capsys.readouterr().out == "only words\npath: 1.00 0.25\nsizes: 1 2 3 4\nword: yes\n"


def test_tensors_are_taken_from_their_graph(capsys):
    torch = pytest.importorskip("torch")
    x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    report.show("x", x, 1)
    assert capsys.readouterr().out == "x: 0.5 2.0\n" and report.stable(x[0], 2) == "0.50"


def test_glue_hands_the_text_over_without_showing_it(monkeypatch, capsys):
    seen = []
    keep = SimpleNamespace(glue=lambda *args, **options: seen.append((args, options)))
    monkeypatch.setitem(sys.modules, "myst_nb", keep)
    report.glue("05-cut", 0.2389843)
    report.glue("05-steps", 12)
    assert seen == [(("05-cut", "0.2390"), {"display": False}), (("05-steps", "12"), {"display": False})]
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    report.glue("05-cut", 0.2389843, 2)
    assert capsys.readouterr().out == "05-cut = 0.24\n"
