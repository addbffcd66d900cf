"""Why a stored notebook would pass nbval without being compared, or would fail on another machine. No kernel needed.

`problems(notebook, stem)` applies every rule of `RULES`; a rule is a function that yields one text for each fault.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from statistics import median

MAX_LINES, MEDIAN_LINES, MAX_CLAIMS, MIN_ALT = 15, 6, 8, 30
CHECKS = {
    "assert_allclose", "assert_array_equal", "assert_close", "assert_equal", "assert_same", "certify", "check_grad",
    "gradcheck", "prove", "prove_proposition", "refused", "verify",
}  # fmt: skip
FILLING = {"add", "append", "extend", "setdefault", "update"}
FRAGILE = {
    "an address in memory": r"\b0x[0-9a-fA-F]{6,}\b",
    "an absolute path": r"(?:(?<![\w/.:])/(?:home|tmp|root|Users|usr|var|opt|mnt|work)/\w)|\b[A-Z]:\\\\?\w",
    "the name of a kernel's file": r"ipykernel_\d",
    "a device name": r"\bcuda(?::\d)?\b|\bdevice=",
    "a duration": r"\b\d+(?:\.\d+)?\s?(?:s|ms|sec|secs|seconds|minutes)\b(?!\w)",
    "a warning": r"\b(?:User|Runtime|Deprecation|Future|Convergence)Warning\b",
}
Rule = Callable[[dict, str], Iterator[str]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


def source(cell: dict) -> str:
    return "".join(cell["source"])


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def texts(cell: dict) -> Iterator[tuple[str, str]]:
    """(kind, text) of each textual output."""
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            yield output["name"], "".join(output["text"])
        for kind, value in output.get("data", {}).items():
            if not kind.startswith("image/"):
                yield kind, "".join(value) if isinstance(value, list) else str(value)


@rule
def executed(notebook: dict, stem: str) -> Iterator[str]:
    counts = [cell.get("execution_count") for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"the cells were not run from top to bottom: {counts}"
    for k, cell in enumerate(code_cells(notebook)):
        if not source(cell).strip():
            yield f"code cell {k} is empty"


@rule
def not_stripped(notebook: dict, stem: str) -> Iterator[str]:
    if not any(cell.get("outputs") for cell in code_cells(notebook)):
        yield "no cell has an output: the notebook was stripped"
    for k, cell in enumerate(code_cells(notebook)):
        if re.search(r"^\s*(print|show|report\.show|plotting\.show)\(", source(cell), re.M) and not cell.get("outputs"):
            yield f"code cell {k} prints or draws, but no output is stored"


@rule
def no_tracebacks(notebook: dict, stem: str) -> Iterator[str]:
    for k, cell in enumerate(code_cells(notebook)):
        if "raises-exception" not in tags(cell) and any(o["output_type"] == "error" for o in cell.get("outputs", [])):
            yield f"code cell {k} stores a traceback without the tag raises-exception"


@rule
def stable_outputs(notebook: dict, stem: str) -> Iterator[str]:
    for k, cell in enumerate(code_cells(notebook)):
        for kind, text in texts(cell):
            if kind == "stderr":
                yield f"code cell {k} writes to stderr: {text[:80]!r}"
            for what, pattern in FRAGILE.items():
                found = re.search(pattern, text)
                if found:
                    yield f"code cell {k} stores {what}: {found.group()!r}"


@rule
def no_trailing_semicolon(notebook: dict, stem: str) -> Iterator[str]:
    for k, cell in enumerate(code_cells(notebook)):
        if source(cell).rstrip().endswith(";"):
            yield f"code cell {k} ends in ';', which hides nothing under nbval"


@rule
def nothing_exempt(notebook: dict, stem: str) -> Iterator[str]:
    for k, cell in enumerate(code_cells(notebook)):
        for tag in tags(cell):
            if tag.startswith("nbval-") and tag != "nbval-check-output":
                yield f"code cell {k} is exempt from the comparison: {tag}"
            if tag.startswith("pixels:") and not 0 < float(tag.removeprefix("pixels:")) <= 2:
                yield f"code cell {k} lets more than 2 % of its picture differ: {tag}"
        if re.search(r"#\s*NBVAL_", source(cell)):
            yield f"code cell {k} carries an NBVAL_ comment"


@rule
def alt_texts(notebook: dict, stem: str) -> Iterator[str]:
    for k, cell in enumerate(code_cells(notebook)):
        if not any(key.startswith("image/") for o in cell.get("outputs", []) for key in o.get("data", {})):
            continue
        about = cell["metadata"].get("mystnb", {})
        alt = about.get("image", {}).get("alt", "")
        caption = about.get("figure", {}).get("caption", "")
        if len(alt) < MIN_ALT or alt == caption:
            yield f"code cell {k} draws without an alt text of {MIN_ALT} characters that states the message"
        if not caption or not about.get("figure", {}).get("name"):
            yield f"code cell {k} draws without a caption or a name"


@rule
def short_cells(notebook: dict, stem: str) -> Iterator[str]:
    lengths = [sum(bool(line.strip()) for line in source(cell).splitlines()) for cell in code_cells(notebook)]
    whole = [len(source(cell).splitlines()) for cell in code_cells(notebook)]
    yield from (f"code cell {k} has {n} lines, at most {MAX_LINES}" for k, n in enumerate(whole) if n > MAX_LINES)
    if lengths and median(lengths) > MEDIAN_LINES:
        yield f"the median code cell has {median(lengths)} lines, at most {MEDIAN_LINES}"


@rule
def imports_package(notebook: dict, stem: str) -> Iterator[str]:
    if not any(re.search(r"^\s*(from|import) gradnotes\b", source(cell), re.M) for cell in code_cells(notebook)):
        yield "the notebook does not import gradnotes"


@rule
def has_checks(notebook: dict, stem: str) -> Iterator[str]:
    constant = constant_names(notebook)
    if not any(checks(source(cell), constant) for cell in code_cells(notebook)):
        yield "no cell holds a check whose operands are computed"
    for k, cell in enumerate(code_cells(notebook)):
        evidence = [tag for tag in tags(cell) if tag.startswith(("claim:", "twin:"))]
        if evidence and not checks(source(cell), constant):
            yield f"code cell {k} is tagged {evidence} but holds no check whose operands are computed"
        for statement in ast.walk(ast.parse(source(cell))):
            if isinstance(statement, ast.Assert) and not computed(statement.test, constant):
                yield f"code cell {k} asserts a constant: assert {ast.unparse(statement.test)}"
        if len([tag for tag in tags(cell) if tag.startswith("claim:")]) > MAX_CLAIMS:
            yield f"code cell {k} carries more than {MAX_CLAIMS} claims"
        if any(tag.startswith("twin:") for tag in tags(cell)) and "refused" not in source(cell):
            yield f"code cell {k} is a negative twin but refuses nothing"


def constant_names(notebook: dict) -> set[str]:
    """Names that the notebook binds to literals only and never fills: an assertion about them asserts nothing."""
    literal, other = set(), set()
    for cell in code_cells(notebook):
        tree = ast.parse(source(cell))
        plain = {id(t) for n in ast.walk(tree) if isinstance(n, ast.Assign) and _literal(n.value) for t in n.targets}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                (literal if id(node) in plain else other).add(node.id)
            elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.value, ast.Name):
                filled = isinstance(node.ctx, ast.Store) or getattr(node, "attr", "") in FILLING
                other.update({node.value.id} if filled else ())
    return literal - other


def _literal(node: ast.AST) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def computed(test: ast.AST, constant: set[str]) -> bool:
    """True if the expression depends on a name that is neither built in nor a literal."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    return bool(names - set(dir(builtins)) - constant)


def checks(text: str, constant: set[str] = frozenset()) -> list[str]:
    """The checks of a cell that can raise and whose operands are computed."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assert) and computed(node.test, constant):
            found.append("assert")
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CHECKS:
                found.append(name)
    return found


def problems(notebook: dict, stem: str) -> list[str]:
    """Every fault of a stored notebook, over all rules."""
    return [f"{stem}: {fault}" for check in RULES for fault in check(notebook, stem)]
