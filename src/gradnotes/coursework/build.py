"""Masters to student notebooks and specs; the same bytes on every run.

The student copy keeps statements, given code and public checks; each solution becomes a stub, of each hidden
check the first line stays. The spec (JSON) carries the ids, the points and the code of all checks, no solution.
"""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from pathlib import Path

import nbformat

from .masters import HIDDEN, SOLUTION, Assignment, Check, Question, cell_role, cut, read_master

__all__ = ["FOLDER", "STUB", "build", "load_spec", "load_specs", "spec_text", "student_text"]

FOLDER = Path(__file__).resolve().parents[3] / "notebooks" / "assignments"
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"  # what nbgrader writes, too
FORMAT = 1


def student_notebook(assignment: Assignment, master: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The student copy: solutions cut, outputs cleared, ids kept from cell to cell."""
    notebook = copy.deepcopy(master)
    for k, cell in enumerate(notebook.cells):
        kind, name = cell_role(cell)
        cell.id = f"{kind or cell.cell_type}-{name or k}".replace(".", "-").replace(":", "-")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if kind == "answer":
            cell.source, _ = cut(cell.source, SOLUTION, STUB, name)
        elif kind == "check":
            cell.source, _ = cut(cell.source, HIDDEN, None, name)
    notebook.metadata = nbformat.from_dict(
        {
            "gradnotes": {"assignment": assignment.slug},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def student_text(assignment: Assignment, master: nbformat.NotebookNode) -> str:
    notebook = student_notebook(assignment, master)
    nbformat.validate(notebook)
    return nbformat.writes(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def spec_text(assignment: Assignment) -> str:
    spec = {
        "format": FORMAT,
        "assignment": assignment.slug,
        "title": assignment.title,
        "points": float(assignment.points),
        "setup": assignment.setup,
        "questions": [
            {
                "id": question.id,
                "title": question.title,
                "points": float(question.points),
                "functions": question.functions,
                "driver": question.driver,
                "checks": [
                    {
                        "id": check.id,
                        "points": float(check.points),
                        "public": check.public,
                        "title": check.title,
                        "code": check.code,
                    }
                    for check in question.checks
                ],
            }
            for question in assignment.questions
        ],
    }
    return json.dumps(spec, indent=1, ensure_ascii=False) + "\n"


def load_spec(path: Path) -> Assignment:
    """The assignment of a built spec.

    Raises
    ------
    ValueError
        If the file is not a spec of this format.
    """
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']!r}, expected {FORMAT}")
        questions = []
        for item in raw["questions"]:
            question = Question(item["id"], item["title"], item["functions"], item["driver"])
            for check in item["checks"]:
                points = Fraction(str(check["points"]))
                question.checks.append(Check(check["id"], points, check["public"], check["title"], check["code"]))
            questions.append(question)
        return Assignment(raw["assignment"], raw["title"], raw["setup"], questions)
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"{path} is not a built spec ({fault!r}): run `build` on its master") from fault


def load_specs(folder: Path | None = None) -> dict[str, Assignment]:
    """Every built spec of a folder of assignments, by slug; the trusted side of a grading run."""
    folder = Path(folder or FOLDER)
    paths = sorted(folder.glob("*/spec.json"))
    if not paths:
        raise FileNotFoundError(
            f"no assignment in {folder}: expected <slug>/spec.json; name the folder with --assignments, or run `build`"
        )
    specs = [load_spec(path) for path in paths]
    return {spec.slug: spec for spec in specs}


def build(masters: list[Path] | None = None, out: Path | None = None, check: bool = False) -> list[tuple[Path, str]]:
    """Build every master (default: all); return (path, verdict), verdict in ``same, written, differs``.

    With `check` nothing is written. `out` receives ``<slug>/student.ipynb`` and ``<slug>/spec.json``; without
    it they stand beside the master.
    """
    masters = [Path(path) for path in masters] if masters else sorted(FOLDER.glob("*/master.ipynb"))
    if not masters:
        raise FileNotFoundError(f"no master in {FOLDER}: expected <slug>/master.ipynb")
    verdicts = []
    for path in masters:
        path = path / "master.ipynb" if path.is_dir() else path
        assignment, notebook = read_master(path.resolve())
        folder = Path(out) / assignment.slug if out else path.parent
        texts = {"student.ipynb": student_text(assignment, notebook), "spec.json": spec_text(assignment)}
        for name, text in texts.items():
            target = folder / name
            if target.is_file() and target.read_text(encoding="utf-8") == text:
                verdicts.append((target, "same"))
            elif check:
                verdicts.append((target, "differs"))
            else:
                folder.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8", newline="\n")
                verdicts.append((target, "written"))
    return verdicts
