"""Masters, student copies and specs: the rules of a master, what may not leak, the same bytes on every run."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from fractions import Fraction

import coursework_cases as cases
import nbformat
import pytest

from gradnotes.coursework import __main__ as cli
from gradnotes.coursework import build, masters

FORMULAS = {  # lines of solutions that a public check or a statement says anyway, or that any program has
    "return derivative", "def derivative(x):", "return self + -1 * other",
}  # fmt: skip


def solution_lines(slug: str) -> set[str]:
    lines = set()
    for answer in cases.solutions(slug).values():
        for region in masters.cut(answer, masters.SOLUTION, None, slug)[1]:
            lines |= {line.strip() for line in region.splitlines()}
    return {line for line in lines if len(line) >= 12} - FORMULAS


def test_there_are_six_assignments_with_four_to_six_questions_and_ten_points():
    assert len(cases.SLUGS) == 6
    for slug in cases.SLUGS:
        spec = cases.spec(slug)
        assert spec.points == 10 and 4 <= len(spec.questions) <= 6
    ids = [question.id for slug in cases.SLUGS for question in cases.spec(slug).questions]
    assert ids == sorted(set(ids)) and len(ids) == 34


def test_committed_files_are_what_the_masters_give(capsys):
    assert cli.main(["build", "--check"]) == 0
    assert capsys.readouterr().out.count("same") == 12


def test_build_check_notices_a_changed_file_and_writes_nothing(tmp_path, capsys):
    slug = cases.SLUGS[0]
    assert cli.main(["build", str(build.FOLDER / slug), "--out", str(tmp_path)]) == 0
    changed = tmp_path / slug / "student.ipynb"
    changed.write_text(changed.read_text(encoding="utf-8").replace("theta", "teta"), encoding="utf-8")
    before = changed.read_bytes()
    assert cli.main(["build", str(build.FOLDER / slug), "--out", str(tmp_path), "--check"]) == 1
    assert changed.read_bytes() == before and "differs" in capsys.readouterr().out


@pytest.mark.parametrize("slug", cases.SLUGS)
def test_no_solution_line_leaks_into_the_student_copy_or_the_spec(slug):
    lines = solution_lines(slug)
    assert len(lines) > 10
    folder = build.FOLDER / slug
    student = "\n".join(cell.source for cell in nbformat.read(folder / "student.ipynb", 4).cells)
    assert [line for line in lines if line in student] == []
    spec = cases.spec(slug)
    shown = spec.setup + "".join(q.driver + "".join(c.code for c in q.checks if c.public) for q in spec.questions)
    assert [line for line in lines if line in shown] == []
    raw = (folder / "student.ipynb").read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in raw and "HIDDEN TESTS" not in raw


def test_no_solution_line_leaks_into_the_book():
    """Nothing that the book is made of holds a line that only a solution has."""
    root = build.FOLDER.parents[1]
    pages = [*root.glob("book/*.md"), *root.glob("_build/html/book/coursework*.html")]
    chapters = root.glob("notebooks/*.ipynb")
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    for path in chapters:
        text += "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"])
    own = {line for slug in cases.SLUGS for line in solution_lines(slug) if len(line) >= 30}
    assert len(own) > 60
    assert sorted(line for line in own if line in text) == []


@pytest.mark.parametrize("slug", cases.SLUGS)
def test_student_copy_is_clean_and_keeps_the_checks(slug):
    student = nbformat.read(build.FOLDER / slug / "student.ipynb", 4)
    nbformat.validate(student)
    code = [cell for cell in student.cells if cell.cell_type == "code"]
    assert all(cell.execution_count is None and cell.outputs == [] for cell in code)
    assert len({cell.id for cell in student.cells}) == len(student.cells)
    spec = cases.spec(slug)
    sources = [cell.source for cell in code]
    for question in spec.questions:
        for check in question.checks:
            points = f"{float(check.points):g}"
            assert any(
                re.match(rf"# check {check.id} \({points} points?, (public|hidden)\)", text) for text in sources
            )
            if check.public:
                assert check.code in sources
    assert sum(build.STUB.splitlines()[-1] in text for text in sources) == len(spec.questions)


@pytest.mark.parametrize("slug", cases.SLUGS)
def test_statements_speak_vietnamese_and_are_nfc(slug):
    prose = "\n".join(cell.source for cell in cases.master(slug).cells if cell.cell_type == "markdown")
    assert unicodedata.is_normalized("NFC", prose) and "Tiếng Việt:" in prose
    letters = "[ạảãáàăắằặẳẵâấầậẩẫđèéẹẻẽêềếểễệìíịỉĩòóọỏõôồốổỗộơờớởỡợùúụủũưừứửữựỳýỵỷỹ]"
    for part in re.split(r"^## ", prose, flags=re.M)[1:]:
        assert re.search(rf"\*[^*]*{letters}", part), part[:40]


@pytest.mark.parametrize("slug", cases.SLUGS)
def test_public_checks_explain_themselves(slug):
    """A failed public check says something useful: each of its assertions carries the author's hint, save one."""
    for question in cases.spec(slug).questions:
        for check in question.checks:
            if check.public:
                asserts = [node for node in ast.walk(ast.parse(check.code)) if isinstance(node, ast.Assert)]
                assert all(node.msg is not None for node in asserts), check.id


@pytest.mark.parametrize("slug", cases.SLUGS)
def test_masters_carry_valid_nbgrader_metadata(slug):
    ids = set()
    for cell in cases.master(slug).cells:
        kind, _ = masters.cell_role(cell)
        meta = cell.metadata.get("nbgrader")
        assert (meta is not None) == (cell.cell_type == "code")
        if meta:
            assert meta["schema_version"] == 3 and meta["grade_id"] not in ids
            assert re.fullmatch(r"[a-zA-Z0-9_-]+", meta["grade_id"]), "nbgrader allows no other sign"
            ids.add(meta["grade_id"])
            assert meta["grade"] == (kind == "check") and meta["solution"] == (kind == "answer")
            assert meta["locked"] == (kind != "answer")


def spoil(tmp_path, change) -> None:
    notebook = nbformat.from_dict(json.loads(json.dumps(cases.master(cases.SLUGS[0]))))
    change({masters.cell_role(cell): cell for cell in notebook.cells}, notebook)
    folder = tmp_path / "spoiled"
    folder.mkdir(exist_ok=True)
    nbformat.write(notebook, folder / "master.ipynb")
    masters.read_master(folder / "master.ipynb")


def test_an_unspoiled_master_is_read(tmp_path):
    spoil(tmp_path, lambda cells, notebook: None)


FAULTS = {
    "not executed": lambda cells, nb: cells["answer", "1.1"].update(execution_count=None),
    "'# check 1.1.1": lambda cells, nb: cells["check", "1.1.1"].update(source="assert True"),
    "nbgrader metadata": lambda cells, nb: cells["check", "1.1.1"].metadata.nbgrader.update(points=9),
    "asserts nothing": lambda cells, nb: cells["check", "1.1.1"].update(
        source=cells["check", "1.1.1"].source.splitlines()[0] + "\nprint(rates(0, 0, 0, 0))"
    ),
    "hidden region": lambda cells, nb: cells["check", "1.1.2"].update(
        source=cells["check", "1.1.2"].source.replace("### BEGIN HIDDEN TESTS\n", "x = 1\n### BEGIN HIDDEN TESTS\n")
    ),
    "not closed": lambda cells, nb: cells["answer", "1.1"].update(
        source=cells["answer", "1.1"].source.replace("### END SOLUTION", "")
    ),
    "marked solution": lambda cells, nb: cells["answer", "1.1"].update(source="def rates(): pass"),
    "announces": lambda cells, nb: cells["question", "1.1"].update(source="## 1.1 Three rates (5 points)\n\ntext"),
    "needs one of the tags": lambda cells, nb: cells["check", "1.1.1"].metadata.update(tags=[]),
    "outside its question": lambda cells, nb: nb.cells.insert(2, nb.cells.pop(nb.cells.index(cells["answer", "1.4"]))),
    "one cell tagged setup": lambda cells, nb: nb.cells.remove(cells["setup", ""]),
    "needs an answer": lambda cells, nb: nb.cells.remove(cells["answer", "1.2"]),
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_spoiled_master_is_refused_with_a_reason(words, tmp_path):
    with pytest.raises(masters.MasterError, match=re.escape(words)):
        spoil(tmp_path, FAULTS[words])


def test_the_command_line_tells_a_spoiled_master(tmp_path, capsys):
    (tmp_path / "master.ipynb").write_text("{}")
    assert cli.main(["build", str(tmp_path / "master.ipynb")]) == 2
    assert "not a notebook" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", '{"format": 99}', '{"format": 1, "questions": 3}'])
def test_a_file_that_is_no_spec_is_refused(text, tmp_path):
    (tmp_path / "spec.json").write_text(text)
    with pytest.raises(ValueError, match="not a built spec"):
        build.load_spec(tmp_path / "spec.json")


def test_a_folder_without_assignments_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no assignment in"):
        build.load_specs(tmp_path)


def test_points_are_exact():
    check = cases.spec(cases.SLUGS[2]).question("3.1").checks
    assert sum(c.points for c in check) == 1 and check[2].points == Fraction(1, 4)
