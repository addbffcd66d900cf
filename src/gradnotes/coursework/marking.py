"""Points for one notebook: the checks run here, in the trusted process; only the answers run elsewhere.

A check calls the student's functions by name; what it gets are stand-ins that ask the child for a value. Public
checks come first, and hidden ones count only if all public ones pass. Random inputs come from a secret seed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from .feedback import GATED
from .masters import Assignment, Check, Question
from .sandbox import LAYERS, AnswerError, ChildDied, Limits, Session

__all__ = ["STATUSES", "mark", "mark_question", "worst"]

STATUSES = ("ok", "wrong", "no answer", "timeout", "memory", "crashed", "tampered")  # from good to bad
ONLY_THIS_CELL = "only the answer cell is graded: everything it needs, imports too, must stand in it"


def worst(statuses) -> str:
    """The status of a row: the worst of its questions.

    Examples
    --------
    >>> worst(["ok", "timeout", "wrong"])
    'timeout'
    """
    return max(statuses, key=STATUSES.index, default="no answer")


def generator(seed: str, slug: str, check: str) -> np.random.Generator:
    """The random inputs of one check: the same for every student of a run, unknown before it."""
    digest = hmac.new(seed.encode(), f"{slug}|{check}".encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def shown(session) -> str:
    """The call that a public check made last, for the student."""
    if not session.last:
        return ""
    name, args, *value = session.last
    text = f"{name}({', '.join(map(repr, args))})"
    text = text if len(text) <= 200 else text[:197] + "..."
    got = repr(value[0]) if value else ""
    return f"first failing input: {text}" + (f" gave {got[:120]}" if value else "")


def run_check(check: Check, namespace: dict, session) -> tuple[str, str]:
    """(status, message) of one check; the message of a hidden check never shows an input."""
    session.last = None
    try:
        with np.errstate(all="ignore"):
            exec(compile(check.code, f"<check {check.id}>", "exec"), namespace)
        return "ok", ""
    except AnswerError as fault:
        place = f" (line {fault.line} of the answer)" if fault.line else ""
        hint = f"; {ONLY_THIS_CELL}" if fault.kind in ("NameError", "ModuleNotFoundError") else ""
        status = {"NotImplementedError": "no answer", "MemoryError": "memory"}.get(fault.kind, "wrong")
        text = f"the answer raised {fault}{place}{hint}" if check.public else f"the answer raised {fault.kind}"
    except ChildDied as fault:
        status, text = fault.status, str(fault)
    except AssertionError as fault:
        status, text = "wrong", str(fault)
    except Exception as fault:
        status, text = "wrong", f"the value has the wrong form ({type(fault).__name__})"
    if check.public and status != "no answer":
        text = ". ".join(part for part in (text, shown(session)) if part)
    return status, text


def mark_question(
    assignment: Assignment, question: Question, answer: str, seed: str, limits: Limits,
    public_only: bool = False, session: Callable = Session,
) -> dict:  # fmt: skip
    """Run the checks of one question on one answer; points, status and a line for each check."""
    checks = [check for check in question.checks if check.public or not public_only]
    lines, layers, gate = [], None, True

    def line(check: Check, status: str, message: str) -> None:
        earned = float(check.points) if status == "ok" else 0.0
        lines.append(
            {"id": check.id, "title": check.title, "public": check.public, "points": float(check.points),
             "earned": earned, "status": status, "message": message}
        )  # fmt: skip

    def all_lost(status: str, message: str) -> None:
        for check in checks[len(lines) :]:
            line(check, status, message)

    if not any(text.strip() and not text.strip().startswith("#") for text in answer.splitlines()):
        all_lost("no answer", "the answer cell is empty")
        return summary(question, lines, layers, public_only)
    try:
        with session(limits) as child:
            layers = child.layers
            cells = [("setup", assignment.setup), ("answer", answer), ("driver", question.driver)]
            try:
                child.load([cell for cell in cells if cell[1]])
            except AnswerError as fault:
                status = {"NotImplementedError": "no answer", "MemoryError": "memory"}.get(fault.kind, "wrong")
                place = f" (line {fault.line})" if fault.line else ""
                hint = f"; {ONLY_THIS_CELL}" if fault.kind in ("NameError", "ModuleNotFoundError") else ""
                all_lost(status, f"the answer cell does not run: {fault}{place}{hint}")
                return summary(question, lines, layers, public_only)
            namespace: dict = {"__name__": "checks"}
            exec(compile(assignment.setup, "<setup>", "exec"), namespace)
            for name in question.functions:
                namespace[name] = lambda *args, _name=name: child.call(_name, *args)
            dead = ("", "")
            for check in checks:
                if dead[0]:
                    line(check, *dead)
                elif not check.public and not gate:
                    line(check, "wrong", GATED)
                else:
                    namespace["rng"] = generator(seed, assignment.slug, check.id)
                    status, message = run_check(check, namespace, child)
                    line(check, status, message)
                    gate = gate and (status == "ok" or not check.public)
                    if child.process.poll() is not None:
                        dead = (status if status != "ok" else "crashed", "not run: the answer's process is gone")
    except ChildDied as fault:
        all_lost(fault.status, str(fault))
    return summary(question, lines, layers, public_only)


def summary(question: Question, lines: list[dict], layers: list[str] | None, public_only: bool) -> dict:
    """The record of one question. Points are added as fractions: 0.1 + 0.2 is 0.3 here."""
    statuses = [line["status"] for line in lines]
    earned = sum((Fraction(str(line["earned"])) for line in lines), Fraction(0))
    most = sum((c.points for c in question.checks if c.public or not public_only), Fraction(0))
    if all(status == "ok" for status in statuses):
        status = "ok"
    elif earned == 0 and "no answer" in statuses:
        status = "no answer"
    else:
        status = worst("wrong" if status == "no answer" else status for status in statuses)
    return {
        "id": question.id, "title": question.title, "status": status, "score": float(earned),
        "max_score": float(most), "checks": lines, "isolation": layers,
    }  # fmt: skip


def lost(question: Question, status: str, message: str, public_only: bool = False) -> dict:
    """The record of a question that cannot be run."""
    lines = [
        {"id": c.id, "title": c.title, "public": c.public, "points": float(c.points), "earned": 0.0,
         "status": status, "message": message}
        for c in question.checks if c.public or not public_only
    ]  # fmt: skip
    return summary(question, lines, None, public_only)


def mark(
    assignment: Assignment, answers: dict[str, str], seed: str, limits: Limits, tampered: dict[str, str] | None = None,
    public_only: bool = False, session: Callable = Session,
) -> dict:  # fmt: skip
    """Mark one notebook.

    Parameters
    ----------
    assignment : Assignment
        From the trusted spec.
    answers : dict
        Question id -> source of the answer cell, as `submissions.answers` returns it.
    seed : str
        Secret of the run.
    limits : Limits
        For each question.
    tampered : dict, optional
        Question id (or "" for the notebook) -> what differs from the spec.
    public_only : bool
        Only the checks that a student sees.

    Returns
    -------
    dict with ``status``, ``score``, ``max_score``, ``questions``, ``missing`` layers of isolation
    """
    tampered = tampered or {}
    questions = []
    for question in assignment.questions:
        if question.id in answers:
            record = mark_question(assignment, question, answers[question.id], seed, limits, public_only, session)
        else:
            record = lost(question, "tampered", "its answer cell is missing", public_only)
        if question.id in tampered:
            record["status"], record["reason"] = "tampered", tampered[question.id]
        questions.append(record)
    statuses = [record["status"] for record in questions] + (["tampered"] if "" in tampered else [])
    reached = [set(record["isolation"]) for record in questions if record["isolation"] is not None]
    return {
        "assignment": assignment.slug,
        "status": worst(statuses),
        "score": float(sum((Fraction(str(r["score"])) for r in questions), Fraction(0))),
        "max_score": float(sum((Fraction(str(r["max_score"])) for r in questions), Fraction(0))),
        "reason": tampered.get("", ""),
        "questions": questions,
        "isolation": sorted(set.intersection(*reached), key=LAYERS.index) if reached else [],
    }
