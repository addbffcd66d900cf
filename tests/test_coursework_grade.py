"""The grader with its real children: batches, bad notebooks, resuming, archives, commits, the command line."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import coursework_cases as cases
import nbformat
import pytest

from gradnotes.coursework import __main__ as cli
from gradnotes.coursework import build, feedback, sandbox, submissions
from gradnotes.coursework import grade as grading
from gradnotes.coursework.masters import cell_role

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="grade needs Linux")
SLUG = cases.SLUGS[1]


def student(slug: str = SLUG) -> nbformat.NotebookNode:
    return nbformat.read(build.FOLDER / slug / "student.ipynb", 4)


def cell(notebook, kind: str, name: str):
    return next(c for c in notebook.cells if cell_role(c) == (kind, name))


def answered(folder: Path, name: str, answers: dict[str, str], slug: str = SLUG) -> Path:
    """A student notebook with some answers filled in."""
    notebook = student(slug)
    for question, text in answers.items():
        cell(notebook, "answer", question).source = text
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def solved(*names: str) -> dict[str, str]:
    return {name: cases.solutions(SLUG)[name] for name in names}


def rows(out: Path) -> dict[str, dict]:
    return {row["submission"]: row for row in csv.DictReader(io.StringIO((out / "grades.csv").read_text()))}


@LINUX
def test_a_class_is_graded_and_one_bad_notebook_never_stops_it(tmp_path, capsys):
    work = tmp_path / "class"
    answered(work, "an/02", solved("2.1", "2.5"))
    answered(work, "binh", {"2.1": cases.solutions(SLUG)["2.1"].replace("- lr", "+ lr"), "2.6": "x = ("})
    (work / "broken.ipynb").write_text('{"cells": [')
    (work / "list.ipynb").write_text("[1, 2]")
    (work / "other.ipynb").write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}))
    (work / ".ipynb_checkpoints").mkdir()
    (work / ".ipynb_checkpoints" / "binh.ipynb").write_text("{}")
    out = tmp_path / "out"
    assert cli.main(["grade", str(work), "--out", str(out), "--jobs", "2", "--seed", "s"]) == 1, "three are not graded"
    table = rows(out)
    assert list(table) == ["an/02", "binh", "broken", "list", "other"]
    header = (out / "grades.csv").read_text().splitlines()[0]
    assert header == "submission,status,score,max_score,2.1,2.2,2.3,2.4,2.5,2.6"
    assert (table["an/02"]["score"], table["an/02"]["2.1"], table["an/02"]["2.2"]) == ("2", "1", "0")
    assert table["binh"]["score"] == "0" and table["broken"]["score"] == "0"
    assert "not graded: broken: not a notebook" in capsys.readouterr().err
    results = json.loads((out / "results.json").read_text())
    assert results["seed"] == "s" and [row["submission"] for row in results["submissions"]] == list(table)
    for row in results["submissions"]:
        text = (out / row["feedback"]).read_text(encoding="utf-8")
        assert text.startswith("# ") and (row["graded"] or row["reason"][:12] in text)
    assert '"s"' not in (out / "feedback" / "binh.md").read_text(), "the seed is the teacher's"


@LINUX
@pytest.mark.parametrize("slug", cases.SLUGS)
def test_master_scores_everything_in_a_fenced_child(slug, tmp_path):
    paths = [str(build.FOLDER / slug / "master.ipynb"), str(build.FOLDER / slug / "student.ipynb")]
    master, untouched = grading.grade(paths, tmp_path, jobs=2)
    assert (master["status"], master["score"], master["max_score"]) == ("ok", 10, 10)
    assert (untouched["status"], untouched["score"]) == ("no answer", 0)
    stored = json.loads((tmp_path / "results.json").read_text())["isolation"]
    assert set(stored["layers"]) | set(stored["missing"]) == set(sandbox.LAYERS)
    assert master["isolation"] == stored["layers"] and master["missing"] == stored["missing"]


@LINUX
def test_a_stopped_run_continues_and_a_changed_notebook_is_graded_again(tmp_path):
    work, out, told = tmp_path / "class", tmp_path / "out", []
    answered(work, "a", solved("2.1"))
    answered(work, "b", {})

    def stop(text):
        if text.startswith("[1/2]"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grading.grade([work], out, jobs=1, tell=stop)
    first = json.loads((out / "results.json").read_text())
    assert len(first["submissions"]) == 1 and len(rows(out)) == 1
    grading.grade([work], out, jobs=1, tell=told.append)
    second = json.loads((out / "results.json").read_text())
    assert "1 of 2 were graded before and are kept" in told and second["seed"] == first["seed"]
    assert len(second["submissions"]) == 2
    answered(work, "b", solved("2.1", "2.6"))
    told.clear()
    third = grading.grade([work], out, jobs=1, tell=told.append)
    assert [row["score"] for row in third] == [1, 3] and sum("[" in text for text in told) == 1
    again = grading.grade([work], out, jobs=1, seed="another", tell=told.append)
    assert [row["score"] for row in again] == [1, 3]


@LINUX
def test_folders_archives_commits_and_lists(tmp_path):
    alone = answered(tmp_path, "alone", solved("2.1"))
    archive = tmp_path / "class.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(alone, "mai/answer.ipynb")
        file.write(alone, "../../escape.ipynb")
        file.write(alone, "__MACOSX/mai/answer.ipynb")
    repo = tmp_path / "fork"
    answered(repo, "tasks/answer", solved("2.1"))
    (repo / "link.ipynb").symlink_to("/etc/passwd")

    def git(*args):
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *args]
        return subprocess.run(command, cwd=repo, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    sha = git("rev-parse", "HEAD")
    answered(repo, "tasks/answer", {})  # later changes do not count: the commit is pinned
    listed = tmp_path / "forks.txt"
    listed.write_text(f"# forks\n{repo}@{sha}\n{tmp_path}/gone@{'0' * 40}\n")
    found = grading.grade([alone, archive, f"{repo}@{sha}", listed], tmp_path / "out", jobs=2)
    by_name = {row["submission"]: row for row in found}
    assert set(by_name) == {"alone", "escape", "mai/answer", "fork/tasks/answer", "fork/tasks/answer (2)", "gone"}
    assert {row["score"] for row in found if row["graded"]} == {1} and not by_name["gone"]["graded"]
    assert "cannot be fetched" in by_name["gone"]["reason"]
    names = sorted(path.name for path in (tmp_path / "out" / "feedback").iterdir())
    assert len(names) == 6 and all(".." not in name for name in names)


@LINUX
def test_tampered_means_ids_or_points_differ(tmp_path):
    work = tmp_path / "class"
    for name, change in {
        "points": lambda nb: cell(nb, "check", "2.1.1").metadata.nbgrader.update(points=99),
        "renamed": lambda nb: cell(nb, "answer", "2.2").metadata.update(tags=["answer:2.9"]),
        "removed": lambda nb: nb.cells.remove(cell(nb, "answer", "2.2")),
        "asserts": lambda nb: cell(nb, "check", "2.1.1").update(source="pass"),
        "split": lambda nb: nb.cells.append(nbformat.from_dict({**cell(nb, "answer", "2.1"), "id": "x", "source": ""})),
    }.items():
        path = answered(work, name, solved("2.1"))
        notebook = nbformat.read(path, 4)
        change(notebook)
        nbformat.write(notebook, path)
    found = {row["submission"]: row for row in grading.grade([work], tmp_path / "out", jobs=2)}
    assert {name for name, row in found.items() if row["status"] == "tampered"} == {"points", "renamed", "removed"}
    assert {row["score"] for row in found.values()} == {1}, "what is right still earns its points"
    assert found["points"]["questions"][0]["reason"] == "the points of check-2-1-1 were changed"


def test_answers_survive_an_editor_that_loses_tags(tmp_path):
    notebook = student()
    for part in notebook.cells:
        part.metadata = {}
    cell(notebook, "answer", "2.6").source += "\n# seen"
    notebook.metadata = {}
    raw = submissions.read(submissions.Submission("x", "x", nbformat.writes(notebook).encode()))
    spec = submissions.find_assignment(raw, build.load_specs())
    found, changed = submissions.answers(raw, spec)
    assert spec.slug == SLUG and changed == {} and found["2.6"].endswith("# seen")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["grade", "missing.ipynb", "--out", "out"], "no such file"),
        (["grade", ".", "--out", "out"], "no notebook"),
        (["grade", ".", "--out", "out", "--timeout", "0"], "timeout must be > 0"),
        (["grade", ".", "--out", "out", "--seed", ""], "the seed is empty"),
        (["grade", ".", "--out", "out", "--assignments", "."], "no assignment in"),
        (["check", "missing.ipynb"], "missing.ipynb"),
        (["check", "empty.ipynb"], "not a notebook"),
    ],
)
def test_wrong_use_is_exit_code_2_with_a_reason(args, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if "empty.ipynb" in args:
        (tmp_path / "empty.ipynb").write_text("")
    assert cli.main(args) == 2
    assert words in capsys.readouterr().err


def test_list_with_a_bad_line_is_refused(tmp_path):
    (tmp_path / "forks.txt").write_text("someone/else@main\n")
    with pytest.raises(FileNotFoundError, match="line 1"):
        submissions.collect([str(tmp_path / "forks.txt")])


@LINUX
def test_require_isolation_names_what_is_missing(tmp_path, monkeypatch, capsys):
    answered(tmp_path, "a", {})
    monkeypatch.setattr(grading, "probe", lambda limits: (["limits", "uid"], ["network", "files", "processes"]))
    args = ["grade", str(tmp_path / "a.ipynb"), "--out", str(tmp_path / "out")]
    assert cli.main([*args, "--require-isolation"]) == 2
    assert "lacks network, files, processes; nothing was graded" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    cli.main(args)
    stored = json.loads((tmp_path / "out" / "results.json").read_text())
    assert stored["isolation"]["missing"] == ["network", "files", "processes"]


def test_check_tells_points_failing_input_and_hint(tmp_path, capsys):
    right, answers = solved("2.1"), {"2.5": cases.solutions(SLUG)["2.5"].replace("i in order", "i in range(len(x))")}
    path = answered(tmp_path, "mine", right | answers)
    summary, record = tmp_path / "summary.md", tmp_path / "result.json"
    assert cli.main(["check", str(path), "--summary", str(summary), "--json", str(record)]) == 1
    text = capsys.readouterr().out
    assert re.search(r"2\.1 +0\.5 of 0\.5 +right", text) and re.search(r"2\.5 +0\.3 of 0\.6", text)
    assert "first failing input: sgd_epoch([1, 2" in text and "the order matters" in text
    assert "| 2.1 A path | 0.5 / 0.5 | right |" in summary.read_text(encoding="utf-8")
    assert "Hidden checks try random inputs later" in summary.read_text(encoding="utf-8")
    assert json.loads(record.read_text())["score"] == 0.8
    assert cli.main(["check", str(build.FOLDER / SLUG / "master.ipynb")]) == 0


def test_check_works_beside_a_spec_without_the_checkout(tmp_path, monkeypatch, capsys):
    path = answered(tmp_path, "mine", solved("2.1"))
    (tmp_path / "spec.json").write_bytes((build.FOLDER / SLUG / "spec.json").read_bytes())
    monkeypatch.setattr(build, "FOLDER", tmp_path / "nothing")
    assert cli.main(["check", str(path)]) == 1
    assert "0.5 of 0.5" in capsys.readouterr().out
    cli.main(["check", str(path), "--assignments", str(tmp_path / "nowhere")])
    assert "0.5 of 0.5" not in capsys.readouterr().out, "a folder that was asked for and is missing is told"


def test_text_of_a_student_cannot_break_the_mark_sheet():
    row = {"submission": "=1+1", "status": "ok", "score": 1.0, "max_score": 1.0, "questions": []}
    assert feedback.as_csv([row], []).splitlines()[1] == "'=1+1,ok,1,1"
    assert feedback.one_line("a|b\n# c <img> `x` [l](u)") == "a\\|b # c &lt;img> 'x' \\[l](u)"
    assert grading.file_name("../../x") != grading.file_name("____x") and "/" not in grading.file_name("../../x")


def test_help_speaks(capsys):
    for command in ([], ["build"], ["check"], ["grade"]):
        with pytest.raises(SystemExit) as stop:
            cli.main([*command, "--help"])
        assert stop.value.code == 0
    text = capsys.readouterr().out
    assert "--require-isolation" in text and "continues where it was" in text


@LINUX
def test_the_command_runs_as_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "gradnotes.coursework", "build", "--check"], capture_output=True, text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_commit_that_cannot_be_fetched_is_named_by_owner_and_repository(tmp_path):
    for repo, name in ((f"file://{tmp_path}/owner/work.git", "owner/work"), (f"{tmp_path}/owner/work.git", "work")):
        (found,) = submissions.from_repository(f"{repo}@{'0' * 40}")
        assert found.name == name and "cannot be fetched" in found.fault


def test_a_notebook_that_is_too_large_is_told_its_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "LARGEST", 3 << 20)
    (tmp_path / "big.ipynb").write_bytes(b" " * ((3 << 20) + 1))
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "big"]):
        subprocess.run([*git, *command], check=True)
    sha = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert [found.fault for found in submissions.from_repository(f"{tmp_path}@{sha}")] == ["larger than 3 MB"]


def test_a_lost_question_shows_its_hidden_checks_unless_only_the_public_ones_are_asked_for():
    from types import SimpleNamespace

    from gradnotes.coursework.marking import lost

    checks = [SimpleNamespace(id=k, title=k, public=k == "a", points=1) for k in "ab"]
    question = SimpleNamespace(id="1.1", title="A question", checks=checks)
    assert [c["id"] for c in lost(question, "tampered", "gone")["checks"]] == ["a", "b"]
    assert [c["id"] for c in lost(question, "tampered", "gone", True)["checks"]] == ["a"]


def a_session(code=None):
    """A session without a child: what it asks of the queue is noted."""
    from types import SimpleNamespace

    session = object.__new__(sandbox.Session)
    session.process = SimpleNamespace(wait=lambda seconds: None, poll=lambda: code)
    session.kill, session.limits = (lambda: None), SimpleNamespace(seconds=1.0)
    return session


def test_a_silent_child_is_waited_for_until_the_deadline_and_no_longer():
    import queue
    import time
    from types import SimpleNamespace

    session, waited = a_session(), []

    def get(timeout):
        waited.append(timeout)
        raise queue.Empty

    session.replies = SimpleNamespace(get=get)
    with pytest.raises(sandbox.ChildDied, match="no answer within 1 seconds"):
        session._next(time.monotonic() + 0.5)
    with pytest.raises(sandbox.ChildDied):
        session._next(time.monotonic() - 5)
    assert 0.3 < waited[0] <= 0.5 and waited[1] == 0


@LINUX
def test_the_obituary_tells_our_own_signal_from_others():
    assert str(a_session(-15)._obituary()).endswith("the process ended")
    assert "by itself (signal SIGSEGV)" in str(a_session(-11)._obituary())
    assert "processor time" in str(a_session(-9)._obituary())


@LINUX
def test_one_job_is_allowed_and_none_is_not(tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(cli, "grade", lambda *args, **options: asked.append(options["jobs"]) or [])
    assert cli.main(["grade", str(tmp_path), "--out", str(tmp_path / "out"), "--jobs", "1"]) == 0 and asked == [1]
    assert cli.main(["grade", str(tmp_path), "--out", str(tmp_path / "out"), "--jobs", "0"]) == 2
    assert "jobs >= 1" in capsys.readouterr().err
