"""What grading costs: seconds per honest question, and a class of 200 submissions with five questions each.

The class is generated: master answers and listed wrong answers, mixed. A sample of it is graded, with its fences,
by two jobs; the time of the whole class is the sample's, scaled by the number of questions.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import coursework_cases as cases
from harness import Row

from gradnotes.coursework import build, sandbox
from gradnotes.coursework import grade as grading
from gradnotes.coursework.masters import cell_role

SAMPLE, CLASS, QUESTIONS = 24, 200, 5


def generated(folder: Path, number: int, slug: str, draw: random.Random) -> int:
    """Write one submission that answers `QUESTIONS` questions; return how many questions it has in all."""
    notebook = nbformat.read(build.FOLDER / slug / "student.ipynb", 4)
    ids = [question.id for question in cases.spec(slug).questions]
    for cell in notebook.cells:
        kind, name = cell_role(cell)
        if kind == "answer" and name in ids[:QUESTIONS]:
            wrong = [case.answer for case in cases.cases() if case.question == name]
            cell.source = cases.solutions(slug)[name] if draw.random() < 0.7 else draw.choice(wrong)
    nbformat.write(notebook, folder / f"student{number:03}.ipynb")
    return len(ids)


def rows() -> list[Row]:
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "class"
        folder.mkdir()
        asked = sum(generated(folder, k, cases.SLUGS[k % len(cases.SLUGS)], draw) for k in range(SAMPLE))
        start = time.perf_counter()
        grading.grade([folder], Path(name) / "out", jobs=2, seed="bench")
        sample = time.perf_counter() - start
    honest, count = 0.0, 0
    for slug in cases.SLUGS:
        for question in cases.spec(slug).questions:
            answer = cases.solutions(slug)[question.id]
            start = time.perf_counter()
            cases.points(question.id, answer, session=sandbox.Session)
            honest, count = max(honest, time.perf_counter() - start), count + 1
    whole = sample / asked * CLASS * QUESTIONS
    return [
        Row(f"coursework: slowest honest question of {count}", 1.0, honest, ours_seconds=honest, unit="s"),
        Row(
            f"coursework: {CLASS} submissions x {QUESTIONS} questions, two jobs (from a sample of {SAMPLE})",
            300.0, whole, ours_seconds=sample, unit="s",
        ),
    ]  # fmt: skip
