"""Spoil a copy on purpose: one stored number, one stored picture, one sign in the source. Every draw is seeded."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import random
import re
from pathlib import Path

import guard
import numpy as np
from PIL import Image

SEED = "gradient notes"


def draw(*names: str) -> random.Random:
    """A generator of its own for each chapter and kind."""
    return random.Random("/".join((SEED, *names)))


def numbers(notebook: dict) -> list[tuple[int, dict, str, re.Match]]:
    """(code cell, container, key, match) for every number in a stored textual output."""
    found = []
    for k, cell in enumerate(guard.code_cells(notebook)):
        for output in cell.get("outputs", []):
            places = [(output, "text")] if output["output_type"] == "stream" else []
            places += [
                (output["data"], key) for key in output.get("data", {}) if key.startswith(("text/plain", "text/html"))
            ]
            for box, key in places:
                text = "".join(box[key])
                found += [(k, box, key, match) for match in re.finditer(r"(?<![\w.])\d+\.\d+(?![\w.])", text)]
    return found


def corrupt_number(notebook: dict, stem: str) -> tuple[int, str]:
    """Change the last digit of one stored number; return (code cell, what was done)."""
    k, box, key, match = draw(stem, "number").choice(numbers(notebook))
    text = "".join(box[key])
    wrong = match.group()[:-1] + str((int(match.group()[-1]) + 1) % 10)
    box[key] = text[: match.start()] + wrong + text[match.end() :]
    return k, f"{match.group()} -> {wrong}"


def pictures(notebook: dict) -> list[tuple[int, dict]]:
    return [
        (k, output["data"])
        for k, cell in enumerate(guard.code_cells(notebook))
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def corrupt_picture(notebook: dict, stem: str, other_than: int = -1) -> tuple[int, str]:
    """Shift the inside of one stored picture by four pixels, as if the curve had moved; return (code cell, what)."""
    k, data = draw(stem, "picture").choice([pair for pair in pictures(notebook) if pair[0] != other_than])
    encoded = "".join(data["image/png"])
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB"))
    out = io.BytesIO()
    Image.fromarray(np.roll(pixels, 4, axis=1)).save(out, "PNG")
    data["image/png"] = base64.b64encode(out.getvalue()).decode("ascii")
    return k, "picture shifted by 4 pixels"


class _Signs(ast.NodeVisitor):
    """Plus and minus signs that compute: not in messages, annotations, subscripts, defaults or type checks."""

    def __init__(self) -> None:
        self.sites: list[ast.AST] = []

    def visit_BinOp(self, node):
        text = any(isinstance(n, (ast.JoinedStr, ast.List, ast.Tuple)) or _is_text(n) for n in (node.left, node.right))
        if isinstance(node.op, (ast.Add, ast.Sub)) and not text:
            self.sites.append(node)
        self.generic_visit(node)

    def skip(self, node):
        return None

    visit_Raise = visit_JoinedStr = visit_Subscript = visit_arguments = visit_Assert = visit_AnnAssign = skip

    def visit_If(self, node):
        for child in (*node.body, *node.orelse):
            self.visit(child)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def signs(text: str) -> list[ast.AST]:
    visitor = _Signs()
    visitor.visit(ast.parse(text))
    return visitor.sites


def flip(text: str, site: ast.BinOp) -> str:
    """The source with this one sign turned."""
    lines = text.splitlines(keepends=True)
    start, stop = (site.left.end_lineno, site.left.end_col_offset), (site.right.lineno, site.right.col_offset)
    head = "".join(lines[: start[0] - 1]) + _chars(lines[start[0] - 1], None, start[1])
    if start[0] == stop[0]:
        gap = _chars(lines[start[0] - 1], start[1], stop[1])
    else:
        gap = _chars(lines[start[0] - 1], start[1], None)
        gap += "".join(lines[start[0] : stop[0] - 1]) + _chars(lines[stop[0] - 1], None, stop[1])
    tail = _chars(lines[stop[0] - 1], stop[1], None) + "".join(lines[stop[0] :])
    old, new = ("+", "-") if isinstance(site.op, ast.Add) else ("-", "+")
    return head + gap.replace(old, new, 1) + tail


def _chars(line: str, start: int | None, stop: int | None) -> str:
    """Columns of `ast` count UTF-8 bytes."""
    return line.encode()[start:stop].decode()


#: Signs whose turning changes no value, with the reason; the draw passes them over.
EQUIVALENT: dict[tuple[str, str], str] = {}


def drawn_sign(stem: str, notebook: dict, package: Path) -> tuple[Path, int]:
    """(file, position) of the one sign for this chapter: the site whose hash is least, so that edits elsewhere in
    the package do not move the draw."""

    def rank(place):
        file, _, site = place
        name, line = file.relative_to(package).as_posix(), file.read_text(encoding="utf-8").splitlines()
        words = (SEED, stem, "sign", name, line[site.lineno - 1].strip(), str(site.col_offset))
        return hashlib.sha256("/".join(words).encode()).hexdigest()

    file, k, _ = min((p for p in sign_sites(notebook, package) if not equivalent(p, package)), key=rank)
    return file, k


def equivalent(place: tuple[Path, int, ast.AST], package: Path) -> bool:
    file, _, site = place
    line = file.read_text(encoding="utf-8").splitlines()[site.lineno - 1].strip()
    return (file.relative_to(package).as_posix(), line) in EQUIVALENT


def modules_of(notebook: dict) -> set[str]:
    """Nouns of the package that the notebook uses."""
    text = "\n".join(guard.source(cell) for cell in guard.code_cells(notebook))
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gradnotes":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return found - {"report", "verify", "plotting", "data"}


def sign_sites(notebook: dict, package: Path) -> list[tuple[Path, int, ast.AST]]:
    """(file, position, node) of every sign in the modules that the notebook uses."""
    found = []
    for noun in sorted(modules_of(notebook)):
        files = (
            [package / f"{noun}.py"] if (package / f"{noun}.py").is_file() else sorted((package / noun).rglob("*.py"))
        )
        for file in files:
            found += [(file, k, site) for k, site in enumerate(signs(file.read_text(encoding="utf-8")))]
    return found
