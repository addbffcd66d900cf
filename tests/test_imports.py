"""Imports go only downward, and importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gradnotes

PACKAGE = Path(gradnotes.__file__).parent
LAYER = {
    "verify": 0, "report": 0, "data": 0,
    "gain": 1, "chains": 1, "proofs": 1, "optim": 1, "losses": 1, "dual": 1, "tape": 1, "trace": 1,
    "inits": 1, "proximal": 1, "sampling": 1,
    "linear": 2, "mlp": 2, "layers": 2,
    "torch_losses": 2, "torch_train": 2, "torch_nets": 2, "torch_parallel": 2, "device": 2,
    "plotting": 3, "coursework": 3,
}  # fmt: skip
SIDEWAYS = {("chains", "gain"), ("tape", "dual"), ("trace", "tape"), ("trace", "dual"), ("torch_train", "device")}
TORCH = {"torch_losses", "torch_train", "torch_nets", "torch_parallel", "device"}
ONLY = {"sympy": {"proofs"}, "matplotlib": {"plotting"}, "torch": TORCH}
ALLOWED = {
    0: {"numpy", "scipy", "pandas", "pooch", "sklearn", "myst_nb", "IPython"},
    1: {"numpy", "scipy", "sympy"},
    2: {"numpy", "scipy", "sklearn", "torch"},
    3: {"numpy", "scipy", "matplotlib", "PIL", "IPython", "nbformat"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def noun(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path):
    """(kind, name): siblings of the package by noun, and top-level third-party packages."""
    inside = len(path.relative_to(PACKAGE).parts) - 1  # how deep below gradnotes/
    return list(imports_of(path.read_text(encoding="utf-8"), inside))


def imports_of(text: str, inside: int):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level:
            if node.level == inside + 1:
                names = [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
                yield from (("sibling", name) for name in names)
        elif isinstance(node, ast.ImportFrom):
            yield "outside", node.module.split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (("outside", alias.name.split(".")[0]) for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_only_downward(path):
    own = noun(path)
    if own in ("__init__",):
        assert not list(imported(path)) or {kind for kind, _ in imported(path)} == {"outside"}
        return
    assert own in LAYER, f"{own} has no layer: add it to LAYER and to design"
    for kind, name in imported(path):
        if kind == "sibling" and name != own:
            assert LAYER[name] < LAYER[own] or (own, name) in SIDEWAYS, (
                f"{own} imports {name}, which does not lie below it"
            )
        if kind == "outside" and name != "gradnotes" and name not in sys.stdlib_module_names:
            assert name in ALLOWED[LAYER[own]], f"{own} (layer {LAYER[own]}) imports {name}"
            assert own in ONLY.get(name, {own}), f"only {ONLY.get(name)} may import {name}, {own} does"
        assert not (kind == "outside" and name == "gradnotes"), f"{own}: use relative imports inside the package"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_is_small_and_annotated(path):
    text = path.read_text(encoding="utf-8")
    assert "from __future__ import annotations" in text
    assert len(text.splitlines()) <= 250, (
        "split by noun: a module may become a package that re-exports the public names"
    )


def test_importing_the_package_loads_nothing_heavy():
    heavy = ("torch", "sympy", "matplotlib", "pandas", "sklearn", "scipy")
    program = f"import sys, gradnotes; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_imports_are_seen_at_every_depth():
    """The negative twin of the rule: what it must notice, it notices."""
    assert list(imports_of("from .linear import Ridge", 0)) == [("sibling", "linear")]
    assert list(imports_of("from . import mlp, tape", 0)) == [("sibling", "mlp"), ("sibling", "tape")]
    assert list(imports_of("from ..linear.ridge import Ridge", 1)) == [("sibling", "linear")]
    assert list(imports_of("from .style import show", 1)) == []
    assert list(imports_of("def f():\n    import torch.nn", 0)) == [("outside", "torch")]


def test_names_of_pictures_are_unique():
    """Two files of `plotting` with the same name would silently hide one in the re-exports."""
    names = [
        node.name
        for path in sorted((PACKAGE / "plotting").glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert sorted({name for name in names if names.count(name) > 1}) == []
