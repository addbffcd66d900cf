"""The stored notebooks, without a kernel: nbval would pass a stripped notebook, so these guards come first."""

from __future__ import annotations

import copy
import json
import re
import unicodedata

import guard
import ledger
import pytest
import yaml

CHAPTERS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in ledger.chapter_files()}
ANY = next(iter(CHAPTERS.values()), None)


def good() -> dict:
    """A small notebook that breaks no rule."""
    draw = {
        "mystnb": {"figure": {"name": "f", "caption": "A line."}, "image": {"alt": "The line rises from zero to one."}}
    }
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
        code("from gradnotes import verify\nx = verify.numerical_grad(f, 1.0)", 1),
        code("assert x > 1\nprint('rises')", 2, [{"output_type": "stream", "name": "stdout", "text": ["rises\n"]}]),
        code(
            "plotting.show(fig)",
            3,
            [{"output_type": "display_data", "data": {"image/png": "AAAA"}, "metadata": {}}],
            draw,
        ),
    ]
    return {"cells": cells}


def code(text, count, outputs=(), metadata=None):
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": metadata or {},
        "outputs": list(outputs),
        "source": text.splitlines(keepends=True),
    }


@pytest.mark.parametrize("stem", CHAPTERS)
def test_chapter_breaks_no_rule(stem):
    assert guard.problems(CHAPTERS[stem], stem) == []


def test_the_good_notebook_breaks_no_rule():
    assert guard.problems(good(), "good") == []


def stripped(nb):
    for cell in guard.code_cells(nb):
        cell["execution_count"], cell["outputs"] = None, []


def shown(text):
    def spoil(nb):
        nb["cells"][2]["outputs"][0]["text"] = [text]

    return spoil


def replaced(k, text):
    def spoil(nb):
        nb["cells"][k]["source"] = text.splitlines(keepends=True)

    return spoil


def tagged(k, *names):
    def spoil(nb):
        nb["cells"][k]["metadata"] = {**nb["cells"][k]["metadata"], "tags": list(names)}

    return spoil


def traceback(nb):
    nb["cells"][2]["outputs"] = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]


def no_alt(nb):
    nb["cells"][3]["metadata"]["mystnb"]["image"]["alt"] = "A line."


SPOILED = {
    "executed": stripped,
    "executed out of order": lambda nb: nb["cells"][1].update(execution_count=7),
    "not_stripped": lambda nb: nb["cells"][2].update(outputs=[]),
    "no_tracebacks": traceback,
    "an address": shown("<object at 0x7f3a2b1c4d5e>"),
    "a path": shown("/home/me/data.csv"),
    "a kernel file": shown(f"ipykernel_{123}/{4}.py"),
    "a device": shown("tensor on cuda:0"),
    "a duration": shown("took 3.2 s"),
    "stderr": lambda nb: nb["cells"][2]["outputs"][0].update(name="stderr"),
    "semicolon": replaced(2, "assert x > 1;"),
    "exempt": tagged(2, "nbval-ignore-output"),
    "picture that may differ": tagged(3, "pixels:5"),
    "comment": replaced(2, "# NBVAL_SKIP\nassert x > 1"),
    "alt text": no_alt,
    "long cell": replaced(2, "assert x > 1\n" + "y = x\n" * 15),
    "long median": lambda nb: [replaced(k, "assert x > 1\n" + "y = x\n" * 7)(nb) for k in (1, 2, 3)],
    "no import": replaced(1, "x = f(1)"),
    "assert True": replaced(2, "assert True"),
    "assert on a literal name": lambda nb: [
        replaced(1, "from gradnotes import verify\nx = 3")(nb),
        replaced(2, "assert x == 3")(nb),
    ],
    "claim without check": tagged(1, "claim:GF-01"),
    "twin that refuses nothing": tagged(2, "twin:GF-01"),
    "nine claims": tagged(2, *[f"claim:GF-0{k}" for k in range(9)]),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_guard_notices(fault):
    notebook = copy.deepcopy(good())
    SPOILED[fault](notebook)
    assert guard.problems(notebook, "spoiled"), f"the guard passes a notebook with: {fault}"


@pytest.mark.parametrize("off", [r.__name__ for r in guard.RULES])
def test_each_rule_is_needed(off, monkeypatch):
    """Switching off any one rule lets a spoiled notebook pass: the suite above would notice."""
    monkeypatch.setattr(guard, "RULES", [r for r in guard.RULES if r.__name__ != off])
    passed = []
    for fault, spoil in SPOILED.items():
        notebook = copy.deepcopy(good())
        spoil(notebook)
        if not guard.problems(notebook, "spoiled"):
            passed.append(fault)
    assert passed, f"without the rule {off} nothing changes: it is not tested"


def test_toc_lists_every_chapter_once_in_order():
    toc = yaml.safe_load((ledger.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    chapters = [name.removeprefix("notebooks/") for name in listed if name.startswith("notebooks/")]
    assert chapters == sorted(CHAPTERS)
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("stem", CHAPTERS)
def test_chapter_has_its_skeleton(stem):
    prose = "\n".join(guard.source(cell) for cell in CHAPTERS[stem]["cells"] if cell["cell_type"] == "markdown")
    assert re.search(r"^# .+", prose, re.M) and "Tiếng Việt:" in prose
    assert ":class: tip vietnamese" in prose and ":class: source" in prose
    for heading in ("What we simplified", "Summary of claims", "Exercises"):
        assert re.search(rf"^## {heading}", prose, re.M), f"{stem} has no section {heading!r}"
    assert f"{{claims}} {stem}" in prose
    exercises = re.findall(r"\{exercise(?:-start)?\}", prose)
    solutions = re.findall(r"\{solution(?:-start)?\}", prose)
    assert 3 <= len(exercises) == len(solutions)
    assert prose.count(":class: dropdown") >= len(solutions), "solutions are hidden until asked for"


@pytest.mark.parametrize("stem", CHAPTERS)
def test_main_line_is_at_most_45_cells(stem):
    cells = CHAPTERS[stem]["cells"]
    further = next(
        (k for k, cell in enumerate(cells) if re.search(r"^## Further", guard.source(cell), re.M)), len(cells)
    )
    assert further <= 45


@pytest.mark.parametrize("stem", CHAPTERS)
def test_prose_is_nfc_and_plain(stem):
    prose = "\n".join(guard.source(cell) for cell in CHAPTERS[stem]["cells"] if cell["cell_type"] == "markdown")
    assert unicodedata.is_normalized("NFC", prose)
    found = re.findall(r"(?i)\b(?:clearly|simply|obviously|it is easy to see|trivially)\b", prose)
    assert not found, f"{stem} says {found}"
    assert len(prose.split()) >= 1500
