"""The command line: build, check, grade."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from . import feedback
from .build import build, load_spec, load_specs
from .grade import IsolationMissing, grade
from .marking import mark
from .masters import MasterError
from .sandbox import Limits
from .submissions import Submission, Unreadable, answers, find_assignment, read


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m gradnotes.coursework", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    part = commands.add_parser(
        "build", help="masters to student notebooks and specs",
        description="Cut the student notebook and the spec out of each master. Exit code 1 when --check finds a "
        "difference, 2 when a master breaks a rule.",
    )  # fmt: skip
    part.add_argument("masters", nargs="*", type=Path, metavar="MASTER", help="a master or its folder; default: all")
    part.add_argument("--check", action="store_true", help="write nothing; fail when a committed file differs")
    part.add_argument("--out", type=Path, metavar="DIR", help="write DIR/<slug>/... instead of beside the master")

    part = commands.add_parser(
        "check", help="what a student runs: the public checks",
        description="Run the public checks of a student notebook: points, the first failing input, the author's "
        "hint. Exit code 0 when all pass, 1 when one fails, 2 when the notebook cannot be read.",
    )  # fmt: skip
    part.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    part.add_argument("--timeout", type=float, default=10, metavar="SECONDS", help="for each question (default 10)")
    part.add_argument("--summary", type=Path, metavar="FILE", help="append the result as Markdown (a job summary)")
    part.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    part.add_argument("--assignments", type=Path, metavar="DIR", help="folder with <slug>/spec.json")

    part = commands.add_parser(
        "grade", help="what a teacher runs: all checks, isolated, for a whole class (Linux)",
        description="Grade folders, notebooks, zip archives, repository@commit, or a text file of such pairs. DIR "
        "receives grades.csv, results.json and feedback/. A run that was stopped continues where it was. Exit code "
        "0 when every submission was graded, 1 when one could not be, 2 when nothing was.",
    )  # fmt: skip
    part.add_argument("paths", nargs="+", metavar="PATH")
    part.add_argument("--out", type=Path, required=True, metavar="DIR")
    part.add_argument("--timeout", type=float, default=10, metavar="SECONDS", help="for each question (default 10)")
    part.add_argument("--jobs", type=int, metavar="N", help="notebooks at once (default: one for each core, at most 8)")
    part.add_argument("--seed", metavar="TEXT", help="secret behind the random inputs (default: drawn, then kept)")
    part.add_argument("--require-isolation", action="store_true", help="refuse to grade when a layer is missing")
    part.add_argument("--memory", type=int, default=1024, metavar="MB", help="for each question (default 1024)")
    part.add_argument("--assignments", type=Path, metavar="DIR", help="your folder with <slug>/spec.json")
    return top


def run_build(options) -> int:
    verdicts = build(options.masters, options.out, options.check)
    for path, verdict in verdicts:
        print(f"{verdict:<8} {path.parent.name}/{path.name}")
    differs = [path for path, verdict in verdicts if verdict == "differs"]
    if differs:
        print("run `python -m gradnotes.coursework build` and commit the result", file=sys.stderr)
    return 1 if differs else 0


def run_check(options) -> int:
    path = options.notebook
    notebook = read(Submission(path.stem, str(path), path.read_bytes()))
    try:
        specs = load_specs(options.assignments)
    except FileNotFoundError:
        if options.assignments or not (path.parent / "spec.json").is_file():
            raise
        specs = {"": load_spec(path.parent / "spec.json")}
    assignment = find_assignment(notebook, specs)
    found, changed = answers(notebook, assignment)
    limits = Limits(options.timeout, isolate=False)
    result = mark(assignment, found, "public", limits, changed, public_only=True)
    print(feedback.as_text(result, assignment.title))
    if options.summary:
        with options.summary.open("a", encoding="utf-8") as file:
            file.write(feedback.as_markdown(result, assignment.title, public_only=True))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if result["status"] == "ok" else 1


def run_grade(options) -> int:
    if sys.platform != "linux":
        raise IsolationMissing("grade runs strangers' code and needs Linux (a virtual machine or a container will do)")
    if options.timeout <= 0 or options.memory < 256 or (options.jobs is not None and options.jobs < 1):
        raise ValueError("timeout must be > 0, jobs >= 1 and memory >= 256 (MB)")
    if options.seed == "":
        raise ValueError("the seed is empty, so that everybody knows it: give a text, or leave --seed out to draw one")
    rows = grade(
        options.paths, options.out, timeout=options.timeout, jobs=options.jobs, seed=options.seed,
        require_isolation=options.require_isolation, assignments=options.assignments, memory=options.memory << 20,
        tell=lambda text: print(text, file=sys.stderr, flush=True),
    )  # fmt: skip
    bad = [row for row in rows if not row["graded"]]
    for row in bad:
        print(f"not graded: {row['submission']}: {row['reason']}", file=sys.stderr)
    print(f"{len(rows) - len(bad)} of {len(rows)} graded, see {options.out / 'grades.csv'}")
    return 1 if bad else 0


def main(argv: list[str] | None = None) -> int:
    options = parser().parse_args(argv)
    try:
        return {"build": run_build, "check": run_check, "grade": run_grade}[options.command](options)
    except (MasterError, IsolationMissing, Unreadable, OSError, ValueError) as fault:
        print(f"{options.command}: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command continues where it was", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
