"""Find the notebooks of a class: folders, files, zip archives, lists of ``repository@commit``. Nothing is unpacked.

A notebook is text to read, never a file to run: what counts in it are the answer cells.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath

import nbformat

from .masters import Assignment, cell_role, grade_id

__all__ = ["Submission", "Unreadable", "answers", "collect", "find_assignment", "read"]

LARGEST = 16 << 20  # bytes of one notebook
PINNED = re.compile(r"(?P<repo>\S+)@(?P<sha>[0-9a-f]{40})")


class Unreadable(ValueError):
    """A notebook that cannot be read or belongs to no assignment."""


@dataclass(frozen=True)
class Submission:
    """One notebook: a name that is unique in the run, where it came from, its bytes (or why there are none)."""

    name: str
    source: str
    data: bytes = b""
    fault: str = ""


def collect(paths: list[str]) -> list[Submission]:
    """Every notebook below the paths, in order, with unique names.

    A path is a notebook, a folder, a ``.zip``, ``repository@commit`` (40 hex digits), or a text file with one
    such pair on each line.

    Raises
    ------
    FileNotFoundError
        If a path is none of these.
    """
    found: list[Submission] = []
    for path in map(str, paths):
        if PINNED.fullmatch(path):
            found += from_repository(path)
        elif os.path.isdir(path):
            found += from_folder(Path(path))
        elif not os.path.isfile(path):
            raise FileNotFoundError(
                f"{path}: no such file; a submission is a notebook, a folder, a zip, a list or repository@commit"
            )
        elif zipfile.is_zipfile(path):
            found += from_zip(Path(path))
        elif path.endswith(".ipynb"):
            found.append(from_file(Path(path), Path(path).with_suffix("").name))
        else:
            found += from_list(Path(path))
    return unique(found)


def unique(found: list[Submission]) -> list[Submission]:
    """Number the names that occur twice."""
    seen: dict[str, int] = {}
    result = []
    for item in found:
        seen[item.name] = seen.get(item.name, 0) + 1
        name = item.name if seen[item.name] == 1 else f"{item.name} ({seen[item.name]})"
        result.append(Submission(name, item.source, item.data, item.fault))
    return result


def wanted(path: PurePosixPath) -> bool:
    hidden = any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.parts)
    return path.suffix == ".ipynb" and not hidden


def from_file(path: Path, name: str) -> Submission:
    try:
        if path.stat().st_size > LARGEST:
            return Submission(name, str(path), fault=f"larger than {LARGEST >> 20} MB")
        return Submission(name, str(path), path.read_bytes())
    except OSError as fault:
        return Submission(name, str(path), fault=f"cannot be read: {fault.strerror}")


def from_folder(folder: Path) -> Iterator[Submission]:
    paths = [Path(root) / file for root, _, files in os.walk(folder) for file in files]
    inside = {PurePosixPath(path.relative_to(folder).as_posix()): path for path in paths if not path.is_symlink()}
    for name in sorted(inside):
        if wanted(name):
            yield from_file(inside[name], str(name.with_suffix("")))


def from_zip(path: Path) -> Iterator[Submission]:
    with zipfile.ZipFile(path) as archive:
        for entry in sorted(archive.infolist(), key=lambda e: e.filename):
            inside = PurePosixPath(entry.filename.replace("\\", "/"))
            if entry.is_dir() or not wanted(inside):
                continue
            name = "/".join(part for part in inside.with_suffix("").parts if part not in ("..", "/"))
            source = f"{path}:{entry.filename}"
            if entry.file_size > LARGEST:
                yield Submission(name, source, fault=f"larger than {LARGEST >> 20} MB")
                continue
            try:
                with archive.open(entry) as file:
                    yield Submission(name, source, file.read(LARGEST))
            except Exception as fault:
                yield Submission(name, source, fault=f"cannot be read from the archive: {fault}")


def from_list(path: Path) -> list[Submission]:
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        if not PINNED.fullmatch(line):
            raise FileNotFoundError(f"{path}, line {number}: expected repository@40-hex-digit commit, got {line!r}")
        found += from_repository(line)
    return found


def from_repository(pinned: str) -> list[Submission]:
    """The notebooks of one commit, read from Git's objects: no checkout, no hook, no filter, no submodule."""
    match = PINNED.fullmatch(pinned)
    repo, sha = match["repo"], match["sha"]
    name = re.sub(r"\.git$", "", repo.rstrip("/")).replace(":", "/").split("/")
    name = "/".join(name[-2:]) if "//" in repo or "@" in repo else name[-1]
    if repo.startswith("-"):
        raise FileNotFoundError(f"{pinned}: a repository cannot begin with '-'")

    def git(*args: str) -> bytes:
        command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", *args]
        environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
        done = subprocess.run(command, cwd=folder, capture_output=True, env=environment, timeout=120)
        if done.returncode:
            raise OSError(done.stderr.decode(errors="replace").strip().splitlines()[-1:] or "git failed")
        return done.stdout

    address = os.path.abspath(repo) if os.path.exists(repo) else repo
    with tempfile.TemporaryDirectory(prefix="gradnotes-", ignore_cleanup_errors=True) as folder:
        try:
            git("init", "--quiet", "--bare", ".")
            git("fetch", "--quiet", "--depth=1", "--no-tags", "--", address, sha)
            rows = git("ls-tree", "-r", "-z", "--long", sha).decode(errors="replace").split("\0")
            found = []
            for row in filter(None, rows):
                (mode, kind, blob, size), file = row.split("\t")[0].split(), row.split("\t", 1)[1]
                if kind != "blob" or not mode.startswith("100") or not wanted(PurePosixPath(file)):
                    continue
                label, source = f"{name}/{PurePosixPath(file).with_suffix('')}", f"{pinned}:{file}"
                if int(size) > LARGEST:
                    found.append(Submission(label, source, fault=f"larger than {LARGEST >> 20} MB"))
                else:
                    found.append(Submission(label, source, git("cat-file", "blob", blob)))
        except (OSError, subprocess.TimeoutExpired) as fault:
            return [Submission(name, pinned, fault=f"the commit cannot be fetched: {fault}")]
    return found or [Submission(name, pinned, fault="the commit holds no notebook")]


def read(submission: Submission) -> nbformat.NotebookNode:
    """The notebook, or Unreadable with the reason."""
    if submission.fault:
        raise Unreadable(submission.fault)
    try:
        raw = json.loads(submission.data.decode("utf-8-sig"))
        if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
            raise ValueError("JSON, but of something else")
        notebook = nbformat.from_dict(raw)
        if notebook.nbformat != 4:
            notebook = nbformat.convert(notebook, 4)
        for cell in notebook.cells:
            source = cell["source"]
            cell["source"] = source if isinstance(source, str) else "".join(source)
            if cell["cell_type"] not in ("code", "markdown", "raw") or not isinstance(cell.get("metadata", {}), dict):
                raise ValueError("a cell of an unknown kind")
        return notebook
    except RecursionError:
        raise Unreadable("not a notebook: nested too deeply") from None
    except Exception as fault:
        raise Unreadable(f"not a notebook: {type(fault).__name__}: {str(fault)[:200]}") from None


def find_assignment(notebook, specs: dict[str, Assignment]) -> Assignment:
    """The assignment a notebook belongs to, by its metadata, else by the ids of its answer cells."""
    meta = notebook.get("metadata", {})
    slug = (meta.get("gradnotes") or {}).get("assignment") if isinstance(meta, dict) else None
    if isinstance(slug, str) and slug in specs:
        return specs[slug]
    ids = {name for kind, name in map(cell_role, notebook.cells) if kind == "answer"}
    for spec in specs.values():
        if ids & {question.id for question in spec.questions}:
            return spec
    raise Unreadable(f"it belongs to no assignment: no answer cell is marked; known are {', '.join(specs)}")


def answers(notebook, assignment: Assignment) -> tuple[dict[str, str], dict[str, str]]:
    """(question id -> answer source, question id -> what differs from the spec); the key "" is the notebook.

    A cell that was split keeps its tag on both halves: they are joined.
    """
    found: dict[str, list[str]] = {}
    changed: dict[str, str] = {}
    points = {grade_id(c.id): (q.id, c.points) for q in assignment.questions for c in q.checks}
    for cell in notebook.cells:
        kind, name = cell_role(cell)
        if kind == "answer" and cell["cell_type"] == "code":
            found.setdefault(name, []).append(cell["source"])
        meta = cell.get("metadata", {}).get("nbgrader")
        if isinstance(meta, dict) and meta.get("grade"):
            key = str(meta.get("grade_id"))
            try:
                stated = Fraction(str(meta.get("points")))
            except (ValueError, ZeroDivisionError):
                stated = None
            if key not in points:
                changed[""] = f"it has a check {key[:40]!r} that the assignment has not"
            elif stated != points[key][1]:
                changed[points[key][0]] = f"the points of {key} were changed"
    known = {question.id for question in assignment.questions}
    for name in sorted(set(found) - known):
        changed[""] = f"it has an answer {name[:40]!r} that the assignment has not"
    for name in sorted(known - set(found)):
        changed[name] = "its answer cell is missing"
    return {name: "\n".join(parts) for name, parts in found.items() if name in known}, changed
