"""Read a master notebook: statements, one answer cell and a driver per question, and checks worth points.

Every cell says what it is by a tag; the header of a check stands in its first line, where students read it:

- ``setup``: imports and the helpers of the checks; the first code cell;
- ``answer:1.2``: the student's cell; the solution stands between ``### BEGIN SOLUTION`` and ``### END SOLUTION``;
- ``driver:1.2``: given code that calls the answer where an argument is a function or a class;
- ``check:1.2.3``: ``# check 1.2.3 (0.4 points, public): title``; a hidden one has its code between
  ``### BEGIN HIDDEN TESTS`` and ``### END HIDDEN TESTS``.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import nbformat

__all__ = ["Assignment", "Check", "MasterError", "Question", "cell_role", "read_master"]

HEADER = re.compile(r"# check (\S+) \(([\d.]+) points?, (public|hidden)\): (.+)")
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


class MasterError(ValueError):
    """A master breaks a rule; the message names the file, the cell and the remedy."""


@dataclass
class Check:
    """One check: `code` raises when the answer is wrong; `points` is what it is worth."""

    id: str
    points: Fraction
    public: bool
    title: str
    code: str


@dataclass
class Question:
    """One question with the names a check may call (`functions`), the given code and the checks."""

    id: str
    title: str
    functions: list[str] = field(default_factory=list)
    driver: str = ""
    checks: list[Check] = field(default_factory=list)
    stated: Fraction | None = None  # the points its heading announces

    @property
    def points(self) -> Fraction:
        return sum((check.points for check in self.checks), Fraction(0))


@dataclass
class Assignment:
    """An assignment without its solutions: what a grader needs to know."""

    slug: str
    title: str
    setup: str
    questions: list[Question]

    @property
    def points(self) -> Fraction:
        return sum((question.points for question in self.questions), Fraction(0))

    def question(self, name: str) -> Question | None:
        return next((question for question in self.questions if question.id == name), None)


def cell_role(cell) -> tuple[str, str]:
    """(``"answer"``, ``"1.2"``) and the like for a tagged cell, ``("", "")`` for every other cell.

    Where an editor lost the tags, the marker in the first line of an answer cell counts.

    Examples
    --------
    >>> cell_role({"cell_type": "code", "metadata": {"tags": ["answer:1.2"]}, "source": ""})
    ('answer', '1.2')
    >>> cell_role({"cell_type": "code", "metadata": {}, "source": "# answer 1.2: only this cell"})
    ('answer', '1.2')
    """
    tags = cell.get("metadata", {}).get("tags", [])
    for tag in tags if isinstance(tags, list) else []:
        if tag == "setup":
            return "setup", ""
        kind, colon, name = str(tag).partition(":")
        if colon and kind in ("answer", "driver", "check", "question"):
            return kind, name
    marker = re.match(r"# answer (\d+\.\d+)\b", cell.get("source", "")) if cell["cell_type"] == "code" else None
    return ("answer", marker[1]) if marker else ("", "")


def cut(source: str, markers: tuple[str, str], stub: str | None, where: str) -> tuple[str, list[str]]:
    """`source` with each marked region replaced by `stub` (indented as the marker), and the regions themselves.

    Raises
    ------
    MasterError
        If a marker is missing, nested or left open.

    Examples
    --------
    >>> cut("def f():\\n    ### BEGIN SOLUTION\\n    return 1\\n    ### END SOLUTION", SOLUTION, "pass", "cell")
    ('def f():\\n    pass', ['    return 1'])
    """
    kept, regions, inside = [], [], None
    for line in source.splitlines():
        mark = line.strip()
        if mark in markers:
            if (mark == markers[0]) != (inside is None):
                raise MasterError(f"{where}: {mark!r} out of order; each region is opened once and closed once")
            if inside is None:
                inside = []
                if stub:
                    indent = line[: len(line) - len(line.lstrip())]
                    kept += [indent + part for part in stub.splitlines()]
            else:
                regions.append("\n".join(inside))
                inside = None
        elif inside is None:
            kept.append(line)
        else:
            inside.append(line)
    if inside is not None:
        raise MasterError(f"{where}: a region is not closed; add {markers[1]!r}")
    return "\n".join(kept), regions


def names_defined(source: str) -> list[str]:
    """The functions and classes a cell defines at its top level."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in ast.parse(source).body if isinstance(node, kinds) and node.name[0] != "_"]


def grade_id(check: str) -> str:
    """The name of a check in nbgrader's metadata, which allows no dots.

    >>> grade_id("1.2.3")
    'check-1-2-3'
    """
    return "check-" + check.replace(".", "-")


def read_check(cell, name: str, where: str) -> Check:
    header = HEADER.fullmatch(cell.source.splitlines()[0]) if cell.source else None
    if not header or header[1] != name:
        raise MasterError(f"{where}: its first line must be '# check {name} (0.5 points, public): title'")
    points, public = Fraction(header[2]), header[3] == "public"
    if points <= 0:
        raise MasterError(f"{where}: points must be > 0, got {header[2]}")
    code = cell.source
    if not public:
        rest, regions = cut(code, HIDDEN, None, where)
        if len(regions) != 1 or rest.strip() != header[0]:
            raise MasterError(f"{where}: all of a hidden check but its first line stands in one hidden region")
        code = regions[0]
    grader = cell.metadata.get("nbgrader", {})
    if grader.get("grade_id") != grade_id(name) or Fraction(str(grader.get("points", 0))) != points:
        wanted = {"grade_id": grade_id(name), "points": float(points)}
        raise MasterError(f"{where}: the cell's nbgrader metadata must have {wanted}, as its first line says")
    if not any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(code))):
        raise MasterError(f"{where}: it asserts nothing, so it cannot fail")
    return Check(name, points, public, header[4], code)


def read_master(path: Path) -> tuple[Assignment, nbformat.NotebookNode]:
    """The assignment in a master notebook, and the notebook.

    Raises
    ------
    MasterError
        If a rule of this module is broken: an unknown tag, a question without an answer cell, a public or a
        hidden check, a cell that was not run, points in the metadata that differ from the header.
    """
    path = Path(path)
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as fault:
        raise MasterError(f"{path}: not a notebook that can be read ({fault})") from fault
    title = next((cell.source.splitlines()[0][2:] for cell in notebook.cells if cell.source.startswith("# ")), "")
    assignment = Assignment(path.parent.name, title, "", [])
    answered, setups = set(), 0
    for k, cell in enumerate(notebook.cells):
        kind, name = cell_role(cell)
        where = f"{path.parent.name}/{path.name}, cell {k} ({kind or cell.cell_type} {name})".replace(" )", ")")
        if cell.cell_type == "code" and not cell.get("execution_count"):
            raise MasterError(f"{where}: not executed; run the master before you build")
        if kind == "question":
            heading = re.match(rf"## {re.escape(name)} (.+?) \(([\d.]+) points?\)", cell.source)
            if not heading:
                raise MasterError(f"{where}: it must begin with '## {name} Title (2 points)'")
            assignment.questions.append(Question(name, heading[1].replace("`", ""), stated=Fraction(heading[2])))
            continue
        if kind == "setup":
            assignment.setup, setups = cell.source, setups + 1
            continue
        if not kind:
            if cell.cell_type == "code":
                raise MasterError(f"{where}: a code cell needs one of the tags setup, answer, driver, check")
            continue
        question = assignment.question(name.rpartition(".")[0] if kind == "check" else name)
        if question is None or question is not assignment.questions[-1]:
            raise MasterError(f"{where}: it stands outside its question; put it below the cell question:{name}")
        if kind == "answer":
            _, regions = cut(cell.source, SOLUTION, None, where)
            if not regions or name in answered:
                raise MasterError(f"{where}: a question has one answer cell, and that has a marked solution")
            answered.add(name)
            question.functions += names_defined(cell.source)
        elif kind == "driver":
            question.driver += cell.source + "\n"
            question.functions += names_defined(cell.source)
        else:
            question.checks.append(read_check(cell, name, where))
    if setups != 1 or not title or not assignment.questions:
        raise MasterError(f"{path}: a master has a title ('# ...'), one cell tagged setup, and questions")
    for question in assignment.questions:
        kinds = {check.public for check in question.checks}
        order = [check.public for check in question.checks]
        if question.id not in answered or True not in kinds or order != sorted(order, reverse=True):
            raise MasterError(f"{path}: question {question.id} needs an answer and public checks before hidden ones")
        if question.stated != question.points:
            raise MasterError(
                f"{path}: question {question.id} announces {float(question.stated):g} points, "
                f"its checks give {float(question.points):g}"
            )
    return assignment, notebook
