"""What a student and a teacher read: Markdown for a person, CSV for a mark sheet."""

from __future__ import annotations

import csv
import io

__all__ = ["GATED", "as_csv", "as_markdown", "as_text"]

GATED = "not counted, since a public check failed"

SIGN = {
    "ok": "right",
    "wrong": "not yet right",
    "no answer": "no answer",
    "timeout": "ran out of time",
    "memory": "ran out of memory",
    "crashed": "its process ended",
    "tampered": "differs from the assignment",
}


def number(value: float) -> str:
    return f"{value:g}"


def one_line(text: str) -> str:
    """Text that cannot break out of a table or a line of Markdown: it may hold words of a student's exception."""
    text = " ".join(text.split()).replace("|", "\\|").replace("`", "'")
    return text.replace("<", "&lt;").replace("[", "\\[")


def as_markdown(result: dict, title: str, public_only: bool = False) -> str:
    """Feedback for one notebook: a table of the questions, then what to look at."""
    lines = [f"# {title}", ""]
    if result.get("reason"):
        lines += [f"**Note:** {one_line(result['reason'])}.", ""]
    kind = "Public checks" if public_only else "Points"
    lines += [f"{kind}: **{number(result['score'])} of {number(result['max_score'])}**", ""]
    if not result["questions"]:
        return "\n".join(lines)
    lines += ["| question | points | |", "|---|---|---|"]
    for item in result["questions"]:
        points = f"{number(item['score'])} / {number(item['max_score'])}"
        lines.append(f"| {item['id']} {one_line(item['title'])} | {points} | {SIGN[item['status']]} |")
    for item in result["questions"]:
        if item["status"] == "ok":
            continue
        lines += ["", f"## {item['id']} {one_line(item['title'])}", ""]
        if item.get("reason"):
            lines += [f"{one_line(item['reason'])}.", ""]
        if item["status"] == "no answer":
            unit = "point" if item["max_score"] == 1 else "points"
            lines.append(f"No answer yet ({number(item['max_score'])} {unit}).")
            continue
        for check in item["checks"]:
            mark = "right" if check["status"] == "ok" else SIGN[check["status"]]
            if check["message"] == GATED:
                mark, check = GATED, {**check, "message": ""}
            seen = "" if check["public"] else ", hidden"
            lines.append(
                f"- {check['title']} ({number(check['earned'])} of {number(check['points'])}{seen}): {mark}"
                + (f". {one_line(check['message'])}" if check["message"] else "")
            )
    if public_only:
        lines += ["", "Hidden checks try random inputs later; they count once all public checks of a question pass."]
    return "\n".join(lines) + "\n"


def as_text(result: dict, title: str) -> str:
    """The same for a terminal."""
    lines = [title, ""]
    if result.get("reason"):
        lines += [f"note: {result['reason']}", ""]
    for item in result["questions"]:
        points = f"{number(item['score'])} of {number(item['max_score'])}"
        lines.append(f"{item['id']:<5} {points:>11}  {SIGN[item['status']]:<18} {item['title']}")
        for check in item["checks"]:
            if check["status"] not in ("ok", "no answer"):
                lines.append(f"        {check['id']} ({number(check['points'])}) {check['title']}")
                lines += [f"            {part}" for part in check["message"].split(". first failing") if part][:1]
                if "first failing input" in check["message"]:
                    lines.append("            first failing" + check["message"].split("first failing", 1)[1])
    lines += ["", f"public checks: {number(result['score'])} of {number(result['max_score'])} points"]
    return "\n".join(lines)


def cell(text) -> str:
    """A cell of the table; a name that a spreadsheet would take for a formula gets an apostrophe."""
    text = str(text)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text


def as_csv(results: list[dict], questions: list[str]) -> str:
    """`grades.csv`: submission, status, score, max_score and a column for each question."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["submission", "status", "score", "max_score", *questions])
    for result in results:
        scores = {item["id"]: number(item["score"]) for item in result["questions"]}
        row = [cell(result["submission"]), result["status"], number(result["score"]), number(result["max_score"])]
        writer.writerow(row + [scores.get(name, "") for name in questions])
    return out.getvalue()
