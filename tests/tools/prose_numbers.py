"""Numbers in the prose of a chapter that nothing in the chapter computes, asserts or prints.

A number is held when it occurs in the code or in an output of its own notebook, up to rounding to the digits shown
and up to a factor 100 for a per cent sign. Small whole numbers, years, and numbers of sections, equations, chapters and
figures are not results.
"""

from __future__ import annotations

import re
from fractions import Fraction

import guard

SMALL = 20  # whole numbers up to here are counts that a reader checks by eye
NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:[ ,]\d{3})+(?!\d)|\d*\.\d+|\d+)(?![\w]|\.\d)")
PLACES = (
    r"(?i)\b(?:chapters?|sections?|equations?|figures?|fig\.|tables?|slides?|beats?|exercises?|examples?|theorems?|lemmas?|"
    r"sources?|versions?|pages?|lines?|rows?|parts?|steps?|ví dụ|định lý|bảng|hình)"
    r"\s+(?:\[?)\(?\d[\d.]*\)?(?:(?:,|\s+(?:and|to|or|và))\s+\(?\d[\d.]*\)?)*"
)
NOT_PROSE = (
    re.compile(r"^(`{3,}|:{3,}).*$", re.M),  # fences of directives
    re.compile(r"^:[\w-]+:.*$", re.M),  # their options
    re.compile(r"\{[\w:-]+\}`[^`]*`"),  # roles
    re.compile(r"\]\([^)]*\)"),  # targets of links
    re.compile(r"`[^`]*`"),  # code
    re.compile(r"^\(.*\)=$|\(eq-[^)]*\)", re.M),  # labels
    re.compile(PLACES),
    re.compile(r"\((?:\d+\.\d+(?:\.\d+)?|\d{1,2})\)(?:-\(\d[\d.]*\))?"),  # numbers of equations
    re.compile(r"\b(?:1[89]|20)\d\d\b"),  # years
    re.compile(r"\b\d+(?:\.\d+)* (?:minutes|hours of reading)"),
    re.compile(r"[_^]\{?-?\d+\}?"),  # indices and powers
)


def prose(notebook: dict) -> str:
    return "\n".join(guard.source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def bare(text: str) -> str:
    """The text without what is not prose."""
    text = text.replace("{,}", "").replace("\\,", "").replace("\u2212", "-").replace("\u202f", " ")
    for pattern in NOT_PROSE:
        text = pattern.sub(" ", text)
    return text


def held(notebook: dict) -> list[float]:
    """Every number that stands in the code or in an output of the notebook."""
    found = []
    for cell in guard.code_cells(notebook):
        texts = [guard.source(cell), *(text for _, text in guard.texts(cell))]
        for text in texts:
            found += [float(token) for token in re.findall(r"\d+\.?\d*(?:e[-+]?\d+)?|\.\d+", text.replace("_", ""))]
            found += [float(Fraction(int(a), int(b))) for a, b in re.findall(r"\b(\d+) ?/ ?(\d+)\b", text) if int(b)]
    return found


def is_held(token: str, numbers: list[float], percent: bool) -> bool:
    """Whether some computed number, rounded to the digits shown, is this one."""
    digits = len(token.split(".")[1]) if "." in token else 0
    value = float(re.sub("[ ,]", "", token))
    half = 0.5000001 * 10.0**-digits
    scales = (1, 100) if percent else (1,)
    return any(abs(number * scale - value) <= half for number in numbers for scale in scales)


def loose(notebook: dict) -> list[str]:
    """The numbers of the prose that nothing holds, each with a few words around it."""
    text, numbers, out = bare(prose(notebook)), held(notebook), []
    for match in NUMBER.finditer(text):
        token = match.group().strip()
        if "." not in token and float(re.sub("[ ,]", "", token)) <= SMALL:
            continue
        percent = bool(re.match(r"\s*(?:\\?%|per cent)", text[match.end() : match.end() + 10]))
        if not is_held(token, numbers, percent):
            around = " ".join(text[max(0, match.start() - 40) : match.end() + 25].split())
            out.append(f"{token}: ...{around}...")
    return out
