"""Steps of a trace as LaTeX and as HTML."""

from __future__ import annotations

import re
from unicodedata import normalize

__all__ = ["fixed", "html", "math", "number", "term"]


def term(local, factor) -> str:
    """One summand of a rule: ` + 0.5 factor`; a local derivative 1 or -1, and only that, leaves its sign alone."""
    size = next((text for text in (number(abs(local), k) for k in range(3, 10)) if text != "1"), "1")
    return f" {'-' if local < 0 else '+'} " + ("" if size == "1" else f"{size}\\,") + factor


def fixed(x, digits) -> str:
    """`x` with that many decimals, and no minus before a zero."""
    text = f"{x:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def number(x, digits=6) -> str:
    """`x` with that many significant digits at most."""
    return f"{x:.{digits}g}"


_LATEX = (
    (r"([vx])(-?\d+)", r"\1_{\2}"), (r" \*\* (.+)", r"^{\1}"), (r" \* ", r" \\times "), (r"\blog\((.+)\)", r"\\ln \1"),
    (r"\b(sin|cos|tanh)\((.+)\)", r"\\\1 \2"), (r"\bexp\((.+)\)", r"e^{\1}"), (r"\bsqrt\((.+)\)", r"\\sqrt{\1}"),
    (r"\b(sigmoid|relu|abs)\(", r"\\mathrm{\1}("),
)  # fmt: skip
_HTML = (
    (r"\\dot ([vxy])", "\\1\u0307"), (r"\\bar ([vxy])", "\\1\u0304"),
    (r"\^\{([^{}]*(?:\{[^{}]*\})?)\}", r"<sup>\1</sup>"),
    (r"_\{([^}]*)\}", r"<sub>\1</sub>"), (r"\\times", "×"), (r"\\,", " "), (r"\\sqrt\{(.*)\}", r"√\1"),
    (r"\\mathrm\{(\w+)\}", r"\1"), (r"\\(ln|sin|cos|tanh)", r"\1"), ("-", "\u2212"),
)  # fmt: skip


def math(text: str) -> str:
    """``v-1 * v0`` as LaTeX."""
    for pattern, replacement in _LATEX:
        text = re.sub(pattern, replacement, text)
    return text


def html(latex: str) -> str:
    """The LaTeX of `math` and of a rule as HTML; a dotted or barred letter is one character where there is one."""
    for pattern, replacement in _HTML:
        latex = re.sub(pattern, replacement, latex)
    return normalize("NFC", latex)
