"""Perturb what claim cells work with (what gradnotes returns, names computed before): the cell must turn red."""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import dataclasses
import fractions
import io
import os
import types

import guard
import ledger
import numpy as np

SPARED = {"verify", "report", "plotting"}  # the checks themselves, text and pictures
SHIFT = 0.17


class Immune(Exception):
    """The value holds nothing that can be perturbed."""


def perturbed(value):
    """A copy of `value` with its numbers moved, or `Immune`."""
    if isinstance(value, (bool, np.bool_)):
        return not value
    if isinstance(value, (int, np.integer)):
        return int(value) + 1
    if isinstance(value, fractions.Fraction):
        return value + fractions.Fraction(1, 7)
    if isinstance(value, (float, np.floating, complex)):
        return type(value)(value * 1.13 + SHIFT)
    if isinstance(value, np.ndarray) and value.size:
        return _array(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*_some([*value]))
    if isinstance(value, (list, tuple)) and value:
        return type(value)(_some([*value]))
    if isinstance(value, dict) and value:
        return dict(zip(value, _some([*value.values()]), strict=True))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.init]
        return dataclasses.replace(value, **dict(zip(names, _some([getattr(value, n) for n in names]), strict=True)))
    if type(value).__module__.startswith("torch") and hasattr(value, "detach") and value.numel():
        return value * 1.13 + SHIFT if value.is_floating_point() else value
    if hasattr(value, "free_symbols") and hasattr(value, "subs") and getattr(value, "is_commutative", False):
        return value + 1
    if type(value).__module__.startswith("gradnotes"):
        return Proxy(value)
    raise Immune(type(value).__name__)


def _array(value: np.ndarray) -> np.ndarray:
    if value.dtype.kind == "b":
        return ~value
    if value.dtype.kind in "iu":
        return value + 1
    if value.dtype.kind in "fc":
        tilt = np.linspace(0.5, 1.5, value.size).reshape(value.shape)
        return value * 1.13 + SHIFT * tilt
    raise Immune("array")


def _some(values: list) -> list:
    """Perturb each entry that can be; at least one must."""
    out, moved = [], False
    for entry in values:
        try:
            out.append(perturbed(entry))
            moved = True
        except Immune:
            out.append(entry)
    if not moved:
        raise Immune("container")
    return out


class Proxy:
    """A module, class or object of `gradnotes` whose functions and methods return perturbed values."""

    def __init__(self, inner):
        object.__setattr__(self, "_inner", inner)

    def __getattr__(self, name):
        return _lied(getattr(self._inner, name))

    def __call__(self, *args, **options):
        return _result(self._inner(*(_bare(a) for a in args), **{k: _bare(v) for k, v in options.items()}))

    def __getitem__(self, key):
        return _result(self._inner[key])

    def __iter__(self):
        return iter(self._inner)

    def __len__(self):
        return len(self._inner)

    def __eq__(self, other):
        return not self._inner == _bare(other)

    __hash__ = None


def _bare(value):
    return value._inner if isinstance(value, Proxy) else value


def _result(value):
    try:
        return perturbed(value)
    except Immune:
        return value


def _lied(value):
    if isinstance(value, type) and issubclass(value, BaseException):
        return value
    if callable(value) or isinstance(value, types.ModuleType):
        return Proxy(value)
    return _result(value)


def _operand(name: str, value):
    """What stands for `value` in the perturbed run."""
    if isinstance(value, types.ModuleType):
        if value.__name__.startswith("gradnotes") and value.__name__.split(".")[-1] not in SPARED:
            return Proxy(value)
        raise Immune(name)
    home = (getattr(value, "__module__", "") or "").split(".")
    if isinstance(value, types.FunctionType) and home == ["__main__"]:
        return _teller(value)
    if callable(value) and (isinstance(value, (type, types.FunctionType)) or home[0] == "gradnotes"):
        spared = home[0] != "gradnotes" or home[1:2] in ([], *([noun] for noun in SPARED))
        if spared or (isinstance(value, type) and issubclass(value, BaseException)):
            raise Immune(name)
        return Proxy(value)
    return perturbed(value)


def _teller(function: types.FunctionType):
    """A function of the notebook that returns perturbed numbers; a verdict (a bool) is left as it is."""

    def tells(*args, **options):
        value = function(*args, **options)
        return value if isinstance(value, (bool, np.bool_)) else _result(value)

    return tells


def names_in(text: str) -> list[str]:
    """Names that the cell reads, in order of appearance."""
    seen: dict[str, None] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and not hasattr(builtins, node.id):
            seen.setdefault(node.id)
    return list(seen)


def execute(text: str, space: dict) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(text, "<cell>", "exec"), space)


def turns_red(text: str, space: dict, name: str) -> bool | None:
    """Whether the cell fails with this one operand perturbed; None if there is nothing to perturb."""
    try:
        stand_in = _operand(name, space[name])
    except (Immune, TypeError, ValueError):
        return None
    trial = {k: copy.deepcopy(v) if isinstance(v, np.random.Generator) else v for k, v in space.items()}
    trial[name] = stand_in
    try:
        execute(text, trial)
    except (AssertionError, ValueError):
        return True
    except Exception:  # a stand-in that does not fit is no evidence
        return None
    return False


def survey(notebook: dict, folder: os.PathLike) -> dict[str, list[str]]:
    """Run a chapter cell by cell; for each claim cell, which operands turned it red.

    Returns claim cell (``"cell k: ids"``) -> names of operands that were caught; an empty list is a blind cell.
    """
    space: dict = {"__name__": "__main__"}
    caught: dict[str, list[str]] = {}
    with contextlib.chdir(folder):
        for k, cell in enumerate(guard.code_cells(notebook)):
            text = guard.source(cell)
            ids = ledger.tags(cell, "claim:")
            if ids:
                label = f"cell {k}: {' '.join(ids)}"
                caught[label] = []
                for name in (n for n in names_in(text) if n in space):
                    if turns_red(text, dict(space), name):
                        caught[label].append(name)
                        break
            execute(text, space)
    return caught
