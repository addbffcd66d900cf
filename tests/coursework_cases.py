"""What the coursework tests share: specs, the masters' answers, the listed wrong and right answers, a child without
a process."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np

from gradnotes.coursework import build, child, marking, masters, sandbox

MUTANTS = Path(__file__).parent / "coursework_mutants"
SLUGS = [path.parent.name for path in sorted(build.FOLDER.glob("*/master.ipynb"))]


class Case(NamedTuple):
    """One listed answer: the points it keeps, None for all of them."""

    question: str
    kept: float | None
    name: str
    answer: str


class InProcess:
    """A `Session` for answers that the project wrote itself: the same messages, no process, no fence."""

    def __init__(self, limits):
        self.layers, self.last, self.process = [], None, self
        self.namespace: dict = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def poll(self):
        return None

    def load(self, cells):
        self.namespace, failure = child.load(json.loads(json.dumps(cells)))
        sandbox.Session._value(failure)

    def call(self, name, *args):
        self.last = (name, args)
        request = json.loads(json.dumps({"args": args}))
        errors = {key: mode for key, mode in np.geterr().items() if mode == "raise"}
        with np.errstate(all="ignore"):
            reply = child.call(self.namespace, name, request["args"], errors)
        value = sandbox.Session._value(json.loads(json.dumps(reply)))
        self.last = (name, args, value)
        return value


@cache
def spec(slug: str) -> masters.Assignment:
    return build.load_spec(build.FOLDER / slug / "spec.json")


@cache
def master(slug: str) -> nbformat.NotebookNode:
    return nbformat.read(build.FOLDER / slug / "master.ipynb", as_version=4)


@cache
def solutions(slug: str) -> dict[str, str]:
    cells = master(slug).cells
    return {masters.cell_role(cell)[1]: cell.source for cell in cells if masters.cell_role(cell)[0] == "answer"}


def edited(answer: str, edits: list[str]) -> str:
    for line in edits:
        old, new = line.removeprefix("@ ").split(" => ")
        assert answer.count(old) >= 1, f"the master's answer has no {old!r}"
        answer = answer.replace(old, new)
    return answer


@cache
def cases() -> list[Case]:
    found = []
    for path in sorted(MUTANTS.glob("*.txt")):
        parts = re.split(r"^=== (\S+) \| (\S+) \| (.+)\n", path.read_text(encoding="utf-8"), flags=re.M)[1:]
        for question, kept, name, body in zip(*[iter(parts)] * 4, strict=True):
            lines = [line for line in body.splitlines() if line.strip()]
            if lines[0].startswith("@ "):
                body = edited(solutions(path.stem)[question], lines)
            found.append(Case(question, None if kept == "full" else float(kept), name, body))
    return found


def slug_of(question: str) -> str:
    return next(slug for slug in SLUGS if slug.startswith(f"0{question[0]}_"))


def points(question: str, answer: str, seed: str = "tests", session=InProcess, **options) -> dict:
    """The record of one answer."""
    assignment = spec(slug_of(question))
    limits = options.pop("limits", sandbox.Limits(seconds=10))
    return marking.mark_question(assignment, assignment.question(question), answer, seed, limits, session=session)
