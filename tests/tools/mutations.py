"""Meaningful mutants of a program: Cosmic Ray's operators, a chosen part, and two of ours; drawn by hash."""

from __future__ import annotations

import ast
import difflib
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.exception_replacer import ExceptionReplacer
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider
from parso.tree import NodeOrLeaf

SEED = "gradient notes"
SIGNS = "Add_Sub Sub_Add Mul_Div Div_Mul Pow_Mul FloorDiv_Div Mod_FloorDiv BitOr_BitAnd BitAnd_BitOr LShift_RShift"
BOUNDS = "Lt_LtE Lt_GtE LtE_Lt LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is"
UNARY = "Delete_USub Delete_Not Delete_Invert USub_UAdd"
LOGIC = """AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd ReplaceBreakWithContinue
ReplaceContinueWithBreak NumberReplacer RemoveDecorator ZeroIterationForLoop"""
# Their order of arguments means nothing, or a swap fails at once for a reason of its own.
SYMMETRIC = {"max", "min", "maximum", "minimum", "logaddexp", "isinstance", "issubclass", "hasattr", "getattr"}


class CatchOther(ExceptionReplacer):
    """An exception is not caught any more; names with a dot are left alone."""

    @staticmethod
    def _name_nodes(node):
        try:
            return tuple(leaf for leaf in ExceptionReplacer._name_nodes(node) if leaf.type == "name")
        except AttributeError:
            return ()


class DropTerm(Operator):
    """A term of a sum or a factor of a product goes: ``a + b`` becomes ``a``."""

    def mutation_positions(self, node: NodeOrLeaf):
        if node.type not in ("arith_expr", "term"):
            return []
        pairs = zip(node.children[1::2], node.children[2::2], strict=True)
        return [(sign.start_pos, term.end_pos) for sign, term in pairs]

    def mutate(self, node, index: int):
        del node.children[2 * index + 1 : 2 * index + 3]
        return node

    @classmethod
    def examples(cls):
        return ()


class SwapArguments(Operator):
    """The last two positional arguments of a call change places: ``f(a, b)`` becomes ``f(b, a)``."""

    @staticmethod
    def _pair(node: NodeOrLeaf) -> list[int]:
        if node.type != "arglist" or node.parent.type != "trailer":
            return []
        called = node.parent.get_previous_leaf()
        plain = [k for k, n in enumerate(node.children) if n.type not in ("operator", "argument")][-2:]
        literal = any(node.children[k].type in ("string", "number", "fstring", "keyword") for k in plain)
        return [] if called.value in SYMMETRIC or literal or len(plain) < 2 else plain

    def mutation_positions(self, node: NodeOrLeaf):
        ends = [node.children[k] for k in self._pair(node)]
        return [(ends[0].start_pos, ends[1].end_pos)] if ends else []

    def mutate(self, node, index: int):
        i, j = self._pair(node)
        first, second = node.children[i].get_first_leaf(), node.children[j].get_first_leaf()
        first.prefix, second.prefix = second.prefix, first.prefix
        node.children[i], node.children[j] = node.children[j], node.children[i]
        return node

    @classmethod
    def examples(cls):
        return ()


def _chosen() -> dict[str, Operator]:
    names = [f"ReplaceBinaryOperator_{name}" for name in SIGNS.split()]
    names += [f"ReplaceComparisonOperator_{name}" for name in BOUNDS.split()]
    names += [f"ReplaceUnaryOperator_{name}" for name in UNARY.split()] + LOGIC.split()
    provider = OperatorProvider()
    ours = {cls.__name__: cls() for cls in (CatchOther, DropTerm, SwapArguments)}
    return {name: provider[name]() for name in names} | ours


OPERATORS = _chosen()


class Mutant(NamedTuple):
    file: str  # below src/gradnotes
    line: int
    before: str  # the lines that change, stripped
    after: str
    text: str = ""  # the whole mutated source

    @property
    def key(self) -> tuple[str, str, str]:
        return self.file, self.before, self.after


def places(text: str) -> dict[tuple, list[tuple[str, int]]]:
    """Position -> (operator, occurrence) of each mutation there."""
    found: dict[tuple, list[tuple[str, int]]] = {}
    nodes = list(ast_nodes(get_ast(text)))
    for name, operator in OPERATORS.items():
        spots = [(node, spot) for node in nodes for spot in operator.mutation_positions(node)]
        for k, (node, spot) in enumerate(spots):
            if not (node.parent and node.parent.type == "parameters"):  # a lone * there only separates
                found.setdefault(spot, []).append((name, k))
    return found


def meaning(text: str) -> str:
    """The program without its annotations, which nobody evaluates."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        for field in {"annotation", "returns"} & set(node._fields):
            setattr(node, field, None)
    return ast.dump(tree)


def mutants(file: str, text: str, limit: int | None = None) -> Iterator[Mutant]:
    """Mutants of one file in the order of their hashes: one a place, or (without `limit`) all of them."""
    lines = text.splitlines()

    def rank(*words) -> str:
        return hashlib.sha256("/".join(map(str, (SEED, file, *words))).encode()).hexdigest()

    found, original = places(text), meaning(text)
    for spot in sorted(found, key=lambda s: rank(lines[s[0][0] - 1].strip(), s[0][1], s[1][1])):
        for name, k in sorted(found[spot], key=lambda choice: rank(lines[spot[0][0] - 1].strip(), choice[0])):
            mutated = mutate_code(text, OPERATORS[name], k)
            try:
                if mutated is None or meaning(mutated) == original:
                    continue
            except SyntaxError:
                continue
            yield Mutant(file, spot[0][0], *changed(lines, mutated.splitlines()), mutated)
            if limit is not None:
                limit -= 1
                break
        if limit == 0:
            return


def changed(old: list[str], new: list[str]) -> tuple[str, str]:
    """The differing lines of both sides, stripped and joined."""
    blocks = [b for b in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if b[0] != "equal"]
    start, stop = blocks[0][1], blocks[-1][2]
    sides = old[start:stop], new[blocks[0][3] : blocks[-1][4]]
    return tuple(" ".join(line.strip() for line in side) for side in sides)
