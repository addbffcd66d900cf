"""A check that cannot fail is a defect: claim cells turn red when what they work with is perturbed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import ledger
import pytest

STEMS = [path.stem for path in ledger.chapter_files()]
PROGRAM = """
import json, os, sys
sys.path[:0] = {paths!r}
import ledger, operands
notebook = json.loads((ledger.ROOT / "notebooks" / "{stem}.ipynb").read_text(encoding="utf-8"))
print("SURVEY" + json.dumps(operands.survey(notebook, ledger.ROOT / "notebooks")))
"""
FOUND: dict[str, dict[str, list[str]]] = {}


def survey(stem: str) -> dict[str, list[str]]:
    paths = [str(ledger.ROOT / "tests" / "tools"), str(ledger.ROOT / "book" / "_ext")]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(paths=paths, stem=stem)],
        env={**os.environ, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.split("SURVEY")[1])


@pytest.mark.slow
@pytest.mark.parametrize("stem", STEMS)
def test_claim_cells_notice_perturbed_operands(stem):
    FOUND[stem] = survey(stem)
    assert FOUND[stem], "the chapter has no claim cell"
    blind = [cell for cell, names in FOUND[stem].items() if not names]
    assert len(blind) <= 0.2 * len(FOUND[stem]), f"{stem}: blind to every perturbation: {blind}"


@pytest.mark.slow
def test_at_least_95_percent_of_all_claim_cells_can_fail():
    """Runs after the chapters in the same process."""
    if set(FOUND) != set(STEMS):
        pytest.skip("needs all chapters in the same process: run this file as a whole")
    cells = [(stem, cell, names) for stem, found in FOUND.items() for cell, names in found.items()]
    blind = [f"{stem} {cell}" for stem, cell, names in cells if not names]
    print(f"{len(cells) - len(blind)} of {len(cells)} claim cells turn red")
    assert len(blind) <= 0.05 * len(cells), blind


def test_a_blind_cell_is_recognised_and_a_seeing_one_too():
    import operands

    space = {"x": 2.0, "y": 4.0}
    assert operands.turns_red("assert y == x ** 2", dict(space), "x") is True
    assert operands.turns_red("assert y > -1e9", dict(space), "y") is False
    assert operands.turns_red("assert y > -1e9", {"y": object()}, "y") is None
