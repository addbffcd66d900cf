"""A class at once: in parallel, resumable, and no notebook can stop the batch."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from . import feedback
from .build import load_specs, spec_text
from .marking import mark
from .masters import Assignment
from .sandbox import Limits, probe
from .submissions import Submission, Unreadable, answers, collect, find_assignment, read

__all__ = ["IsolationMissing", "grade"]

FORMAT = 1


class IsolationMissing(RuntimeError):
    """A layer of the fence is missing on this machine, and it was required."""


def one(submission: Submission, specs: dict[str, Assignment], seed: str, limits: Limits) -> dict:
    """Mark one submission; a fault of its own is a row, never an exception."""
    start = time.monotonic()
    result = {"submission": submission.name, "source": submission.source, "graded": True}
    try:
        notebook = read(submission)
        assignment = find_assignment(notebook, specs)
        found, changed = answers(notebook, assignment)
        result |= mark(assignment, found, seed, limits, changed)
    except Unreadable as fault:
        result |= blank("no answer", str(fault), specs)
    except Exception as fault:  # a fault of the grader: told, and the batch goes on
        result |= {**blank("crashed", f"the grader failed: {type(fault).__name__}: {fault}", specs), "graded": False}
    result["seconds"] = round(time.monotonic() - start, 2)
    return result


def blank(status: str, reason: str, specs: dict[str, Assignment]) -> dict:
    most = float(next(iter(specs.values())).points) if len(specs) == 1 else 0.0
    return {
        "assignment": next(iter(specs)) if len(specs) == 1 else "", "status": status, "score": 0.0, "max_score": most,
        "reason": reason, "questions": [], "isolation": [], "graded": False,
    }  # fmt: skip


def fingerprint(submission: Submission, base: str) -> str:
    """Equal for equal notebooks graded in equal ways: such a row need not be graded again."""
    digest = hashlib.sha256(base.encode())
    digest.update(submission.data + submission.fault.encode())
    return digest.hexdigest()[:24]


def write(path: Path, text: str) -> None:
    """Replace a file at once: a run that is stopped leaves the old or the new one."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)


def earlier(out: Path) -> dict:
    try:
        stored = json.loads((out / "results.json").read_text(encoding="utf-8"))
        return stored if stored["format"] == FORMAT else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def file_name(name: str) -> str:
    """A name for the feedback file: letters, digits and a few signs; what was changed gets a short digest."""
    safe = re.sub(r"[^\w.()-]+", "_", name.replace("/", "__")).strip(".")[:80]
    same = safe == name.replace("/", "__")
    return (safe if same else f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:6]}") + ".md"


def save(out: Path, head: dict, results: Iterable[dict], specs: dict[str, Assignment]) -> None:
    results = list(results)
    used = {result["assignment"] for result in results}
    columns = [q.id for slug, spec in specs.items() if slug in used or len(specs) == 1 for q in spec.questions]
    write(out / "results.json", json.dumps({**head, "submissions": results}, indent=1, ensure_ascii=False) + "\n")
    write(out / "grades.csv", feedback.as_csv(results, columns))


def grade(
    paths: list[str], out: Path, *, timeout: float = 10.0, jobs: int | None = None, seed: str | None = None,
    require_isolation: bool = False, assignments: Path | None = None, memory: int = 1 << 30,
    tell: Callable[[str], None] = lambda text: None,
) -> list[dict]:  # fmt: skip
    """Grade every notebook below `paths` into `out` (grades.csv, results.json, feedback/); return the rows.

    Rows that an earlier run into the same folder graded from the same bytes, spec and seed are kept. Without
    `seed` a secret one is drawn, or the one of the earlier run is used; it stands in results.json.

    Raises
    ------
    IsolationMissing
        If `require_isolation` and a layer is missing; the message names it.
    FileNotFoundError
        If a path is no submission, or no notebook was found.
    """
    out = Path(out)
    limits = Limits(timeout, memory)
    specs = load_specs(assignments)
    found = collect(paths)
    if not found:
        raise FileNotFoundError(f"no notebook (*.ipynb) in {', '.join(map(str, paths))}")
    layers, missing = probe(limits)
    if missing and require_isolation:
        raise IsolationMissing(f"--require-isolation: this machine lacks {', '.join(missing)}; nothing was graded")
    tell("isolation: " + ", ".join(layers) + (f"; MISSING: {', '.join(missing)}" if missing else ""))
    stored = earlier(out)
    seed = seed if seed is not None else stored.get("seed") or secrets.token_hex(16)
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    edition = hashlib.sha256("".join(spec_text(spec) for spec in specs.values()).encode()).hexdigest()
    base = f"{seed}|{timeout}|{memory}|{edition}|{layers}"
    head = {
        "format": FORMAT, "seed": seed, "timeout": timeout, "memory": memory, "assignments": edition[:16],
        "isolation": {"layers": layers, "missing": missing},
    }  # fmt: skip
    known = {(row["submission"], row["fingerprint"]): row for row in stored.get("submissions", []) if row["graded"]}
    rows: dict[str, dict] = {}
    todo = []
    for item in found:
        mark_of = fingerprint(item, base)
        if (item.name, mark_of) in known:
            rows[item.name] = known[item.name, mark_of]
        else:
            todo.append((item, mark_of))
    if rows:
        tell(f"{len(rows)} of {len(found)} were graded before and are kept")
    order = [item.name for item in found]

    def ordered() -> list[dict]:
        return [rows[name] for name in order if name in rows]

    save(out, head, ordered(), specs)
    last = time.monotonic()
    with ThreadPoolExecutor(jobs or min(8, os.cpu_count() or 1)) as pool:
        tasks = {pool.submit(one, item, specs, seed, limits): (item, mark_of) for item, mark_of in todo}
        try:
            for done in as_completed(tasks):
                item, mark_of = tasks[done]
                row = rows[item.name] = {**done.result(), "fingerprint": mark_of}
                row["missing"] = [name for name in (*layers, *missing) if name not in row["isolation"]]
                title = specs[row["assignment"]].title if row["assignment"] in specs else "Coursework"
                name = file_name(item.name)
                row["feedback"] = f"feedback/{name}"
                write(out / "feedback" / name, feedback.as_markdown(row, f"{title}: {item.name}"))
                score = f"{row['score']:g} of {row['max_score']:g}"
                tell(f"[{len(rows)}/{len(found)}] {item.name}: {row['status']}, {score} ({row['seconds']:.1f} s)")
                if time.monotonic() - last > 2:
                    save(out, head, ordered(), specs)
                    last = time.monotonic()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            save(out, head, ordered(), specs)
    return ordered()
