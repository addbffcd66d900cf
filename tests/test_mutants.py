"""The mutation run itself: what it makes of a program, what it catches, and that its list is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

import ledger
import pytest
import yaml

PACKAGE = ledger.ROOT / "src" / "gradnotes"
ROWS = yaml.safe_load((ledger.ROOT / "tests" / "mutants.yml").read_text(encoding="utf-8")) or []
TOY = '''from __future__ import annotations


def area(width: float | None, height: float, times: int = 2) -> float:
    """Twice the rectangle, half at a time."""
    whole = width * height + 0.0
    return sum(whole for _ in range(times))
'''
posix = pytest.mark.skipif(sys.platform == "win32", reason="the trials fork")


def test_the_mutants_of_a_toy_are_the_meaningful_ones():
    import mutations

    found = {(m.line, m.after) for m in mutations.mutants("toy.py", TOY)}
    assert (6, "whole = width / height + 0.0") in found, "a factor"
    assert (6, "whole = width * height - 0.0") in found, "a sign"
    assert (6, "whole = width * height") in found, "a missing term"
    assert (6, "whole = width + 0.0") in found, "a missing factor"
    assert (4, "def area(width: float | None, height: float, times: int = 3) -> float:") in found, "off by one"
    assert all("|" not in after or "float | None" in after for _, after in found), "annotations are not evaluated"


def test_neighbours_in_a_call_change_places_except_where_order_means_nothing():
    import mutations

    swapped = [m.after for m in mutations.mutants("toy.py", "a = where(p, x, y)\nb = max(x, y)\nc = f(x, 'text')\n")]
    assert "a = where(p, y, x)" in swapped and len(swapped) == 1


def test_the_sample_is_drawn_by_hash_so_that_an_edit_elsewhere_does_not_move_it():
    import mutations

    before = {m.key for m in mutations.mutants("toy.py", TOY)}
    after = {m.key for m in mutations.mutants("toy.py", TOY.replace("\n\ndef", "\n\nOTHER = 'x'\n\n\ndef"))}
    assert before == after
    few = [m.key for m in mutations.mutants("toy.py", TOY, 3)]
    assert len(few) == 3 and few == [m.key for m in mutations.mutants("toy.py", TOY.replace("half", "part"), 3)]
    assert len({m.line for m in mutations.mutants("toy.py", "x = 1 + 2\n", 1)}) == 1


def test_each_file_gives_in_proportion_and_at_least_two():
    import mutants

    part = PACKAGE / "coursework"
    found = mutants.sample(part, 60)
    files = {path.name for path in part.glob("*.py") if path.name != "__init__.py"}
    assert {m.file for m in found} >= files and 50 < len(found) < 80
    assert len(mutants.sample(PACKAGE, 1, "optim/loop.py")) == 2, "at least two of each"
    assert {"coursework/isolation.py"} == mutants.SPARED


@posix
def test_a_planted_mutant_is_caught_and_an_equivalent_one_survives(tmp_path):
    """A whole run in small: a package of one module, one test, no chapter."""
    import trials

    for name, text in {
        "src/gradnotes/__init__.py": "",
        "src/gradnotes/toy.py": TOY,
        "src/gradnotes/other.py": "def two():\n    return 2\n",
        "tests/test_toy.py": "from gradnotes.toy import area\ndef test_area():\n    assert area(3.0, 5.0) == 30.0\n",
        "tests/test_other.py": "from gradnotes.other import two\ndef test_two():\n    assert two() == 2\n",
        "pyproject.toml": "[tool.pytest.ini_options]\nmarkers = ['slow', 'browser']\n",
    }.items():
        for folder in ("clean", "copy"):
            (tmp_path / folder / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / name).write_text(text, encoding="utf-8")
    net = trials.Net(tmp_path / "clean", chapters=False)
    assert net.red == [] and net.tests("toy.py", 6) == ["tests/test_toy.py::test_area"]
    copy = tmp_path / "copy"
    wrong = TOY.replace("width * height", "width / height")
    assert net.verdict("toy.py", 6, wrong, copy) == "tests/test_toy.py::test_area"
    assert net.verdict("toy.py", 6, TOY.replace("+ 0.0", "- 0.0"), copy) == ""
    assert net.verdict("toy.py", 4, TOY.replace("int = 2", "int = 3"), copy) == "tests/test_toy.py::test_area"
    endless = TOY.replace("    whole", "    while True:\n        pass\n    whole")
    assert trials.Net.trial.__doc__ and (copy / "src/gradnotes/toy.py").read_text(encoding="utf-8") == TOY
    (copy / "src/gradnotes/toy.py").write_text(endless, encoding="utf-8")
    red = trials.forked(trials._attempt, 3, copy / "red", copy, trials.UNITS, ["tests/test_toy.py"], [], {})
    assert red is None, "what does not end within its time is stopped"


def test_the_verdict_needs_every_survivor_explained_and_95_percent(monkeypatch):
    import mutants

    key = ("toy.py", "a", "b")
    good = {("toy.py", "a", str(k)): "red" for k in range(99)}
    monkeypatch.setattr(mutants, "equivalents", dict)
    text, code = mutants.summary(good | {key: ""}, [])
    assert code == 1 and "99.0 % of all caught" in text and "`a` -> `b`" in text
    assert mutants.summary(good, ["tests/test_toy.py::test_area"])[1] == 1, "a red net is no evidence"
    monkeypatch.setattr(mutants, "equivalents", lambda: {key: "a reason"})
    text, code = mutants.summary(good | {key: ""}, [])
    assert code == 0 and "100.0 % of those that are not equivalent" in text
    assert "and yet caught" in mutants.summary({key: "red"}, [])[0]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['file']}: {row['line'][:30]}")
def test_every_listed_equivalent_is_still_a_line_of_the_package(row):
    lines = (PACKAGE / row["file"]).read_text(encoding="utf-8").splitlines()
    text = " ".join(line.strip() for line in lines)
    assert row["line"] in text and row["line"] != row["becomes"], "the line has changed: look at it again"
    assert len(row["reason"].split()) >= 6, "a reason that a reader can check"


def test_the_workflow_runs_it_every_week():
    text = (Path(ledger.ROOT) / ".github" / "workflows" / "mutants.yml").read_text(encoding="utf-8")
    assert "make mutants" in text and "schedule" in text and "upload-artifact" in text
