"""The evaluation trace: Tables 3.1 and 3.2 from the golden values, the graph, its laws, and the errors."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from gradnotes import tape, trace
from gradnotes.dual import jvp
from gradnotes.verify import assert_same

NAMES = ["v-1", "v0", "v1", "v2", "v3", "v4", "v5", "y"]
KEYS = ["vm1", "v0", "v1", "v2", "v3", "v4", "v5", "y"]


def golden(name):
    """A value of golden.json."""
    return json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))["values"][name]["value"]


def example(x1, x2):
    return tape.log(x1) + x1 * x2 - tape.sin(x2)


def zigzag(x, z):
    return 2.0 / x - tape.sqrt(x) ** 3 + (2 - x) * tape.sigmoid(-z) + tape.relu(z) * abs(x) - tape.tanh(z / x)


def test_table_31_is_the_golden_one():
    for seed, key in (((1.0, 0.0), "x1"), ((0.0, 1.0), "x2")):
        table = trace.forward(example, (2.0, 5.0), seed)
        primal, tangent = golden("AD.table3.1.primal"), golden(f"AD.table3.1.tangent_{key}")
        assert [row.name for row in table.rows] == NAMES
        assert_same([row.value for row in table.rows], [float(primal[k]) for k in KEYS], rtol=1e-14)
        assert_same([row.derivative for row in table.rows], [float(tangent[k]) for k in KEYS], rtol=1e-14)


def test_table_32_is_the_golden_one():
    table = trace.reverse(example, (2.0, 5.0))
    adjoint = golden("AD.table3.2.adjoint")
    assert_same([row.derivative for row in table.rows[:-1]], [float(adjoint[k]) for k in KEYS[:-1]], rtol=1e-14)
    assert table.rows[-1] == ("y", "v5", table.rows[-2].value, 1.0)
    flows = {(e["from"], e["to"]): e["flow"] for e in table.graph()[1]}
    for edge, key in (
        (("v0", "v3"), "v0_from_v3"), (("v0", "v2"), "v0_from_v2"),
        (("v-1", "v2"), "vm1_from_v2"), (("v-1", "v1"), "vm1_from_v1"),
    ):  # fmt: skip
        assert_same(flows[edge], float(adjoint[key]), rtol=1e-14)


def test_expressions_are_those_of_the_source():
    expressions = [row.expression for row in trace.reverse(example, (2.0, 5.0)).rows]
    assert expressions == ["x1", "x2", "log(v-1)", "v-1 * v0", "sin(v0)", "v1 + v2", "v4 - v3", "v5"]


@pytest.mark.parametrize("x", [0.0, 0.3, -1.0, 1.0])
def test_trace_of_formula_343(x):
    def f(x):
        a = tape.exp(x)
        b = a**2
        c = a + b
        return tape.exp(c) + tape.sin(c)

    expected = golden(f"AD.f343.x={x:g}")
    up, down = trace.forward(f, (x,), (1.0,)), trace.reverse(f, (x,))
    for letter, one, other in zip("abcdef", up.rows[1:], down.rows[1:], strict=False):
        assert_same(one.value, float(expected[letter]), rtol=1e-13)
        assert_same(one.derivative, float(expected[letter + "_dot"]), rtol=1e-13)
        assert_same(other.derivative, float(expected.get(letter + "_bar", 1.0)), rtol=1e-13)
    assert_same(down.rows[0].derivative, float(expected["x_bar"]), rtol=1e-13)


def test_every_row_obeys_the_chain_rule_along_its_edges():
    point = (0.8, 0.3)
    up, down = trace.forward(zigzag, point, (1.0, -2.0)), trace.reverse(zigzag, point)
    dot = {row.name: row.derivative for row in up.rows}
    bar = {row.name: row.derivative for row in down.rows}
    for row in up.rows[2:-1]:
        assert_same(row.derivative, sum(e.local * dot[e.parent] for e in up.edges if e.child == row.name))
    for row in down.rows[:-2]:
        assert_same(row.derivative, sum(e.local * bar[e.child] for e in down.edges if e.parent == row.name))
    assert [e[:2] for e in up.edges] == [e[:2] for e in down.edges]
    assert_same([e.local for e in up.edges], [e.local for e in down.edges])
    assert_same(up.rows[-1].derivative, jvp(zigzag, point, (1.0, -2.0))[1])
    assert_same([row.derivative for row in down.rows[:2]], tape.grad(zigzag)(*point))


def test_the_graph_is_plain_data_in_order():
    nodes, edges = trace.forward(example, (2.0, 5.0), (1.0, 0.0)).graph()
    assert json.loads(json.dumps([nodes, edges])) == [nodes, edges]
    assert [node["name"] for node in nodes] == NAMES[:-1]
    assert len(edges) == 8 and {e["to"] for e in edges} == set(NAMES[2:-1])
    assert next(e["flow"] for e in edges if e["to"] == "v2" and e["from"] == "v-1") == 5.0


def test_a_square_has_two_edges():
    table = trace.reverse(lambda x: x * x, (3.0,))
    assert [edge.local for edge in table.edges] == [3.0, 3.0]
    assert table.rows[0].derivative == 6.0


def test_a_loop_grows_the_trace():
    def power(n):
        def f(x):
            y = 1.0
            for _ in range(n):
                y = y * x
            return y

        return f

    assert [len(trace.reverse(power(n), (1.1,)).rows) for n in (5, 50)] == [7, 52]


def test_unused_inputs_and_constant_results():
    assert [row.derivative for row in trace.reverse(lambda x, y: 2 * y, (1.0, 3.0)).rows] == [0.0, 2.0, 1.0, 1.0]
    assert trace.reverse(lambda x: 3, (1.0,)).rows[-1] == ("y", "3", 3.0, 1.0)
    assert trace.forward(lambda x: 3, (1.0,), (1.0,)).rows[-1] == ("y", "3", 3.0, 0.0)
    assert trace.forward(lambda x: x, (1.0,), (4.0,)).rows[-1] == ("y", "v0", 1.0, 4.0)


def test_markdown_shows_both_summands_of_the_adjoint():
    text = trace.reverse(example, (2.0, 5.0)).to_markdown()
    assert r"| $v_{0} = x_{2}$ | 5.000 | $\bar v_{0} = 2\,\bar v_{2} + 0.284\,\bar v_{3}$ | 1.716 |" in text
    assert r"| $\bar v_{3} = - \bar v_{5}$ | -1.000 |" in text
    assert text.count("\n") == 9


def test_a_factor_one_is_not_written_and_sums_begin_with_a_plus():
    table = trace.forward(example, (2.0, 5.0), (1.0, 0.0))
    assert table.rule("v4") == r"\dot v_{4} = \dot v_{1} + \dot v_{2}"
    assert table.rule("v5") == r"\dot v_{5} = \dot v_{4} - \dot v_{3}"
    back = trace.reverse(example, (2.0, 5.0))
    assert back.rule(back.rows[-2].name) == r"\bar v_{5} = \bar y" and back.rule("y") == r"\bar y = 1"


CLOSE = [(0.9995, "0.9995"), (1.0004, "1.0004"), (0.99, "0.99"), (1 - 1e-8, "0.99999999")]


@pytest.mark.parametrize(("slope", "shown"), CLOSE)
def test_a_factor_near_one_is_written(slope, shown):
    for sign, begins in ((1, ""), (-1, "- ")):
        rule = trace.forward(lambda x, k=sign * slope: k * x, (3.0,), (1.0,)).rule("v1")
        assert rule == rf"\dot v_{{1}} = {begins}{shown}\,\dot v_{{0}}"


@pytest.mark.parametrize("mode", ["tangent", "adjoint"])
def test_the_heads_name_the_rule_and_the_number(mode):
    table = trace.forward(example, (2.0, 5.0), (1.0, 0.0)) if mode == "tangent" else trace.reverse(example, (2.0, 5.0))
    heads = ["step", "value", f"rule for its {mode}", mode]
    assert table.to_markdown().splitlines()[0] == "| " + " | ".join(heads) + " |"
    assert "".join(f'<th scope="col">{head}</th>' for head in heads) in table._repr_html_()


def test_no_zero_is_printed_with_a_minus():
    table = trace.forward(example, (2.0, 5.0), (-0.0, 0.0))
    assert "-0.000" not in repr(table) + table.to_markdown() + table._repr_html_()


def test_html_is_a_table_with_headers():
    text = trace.forward(zigzag, (0.8, 0.3), (1.0, 0.0))._repr_html_()
    assert text.count("<tr>") == text.count("</tr>") == 1 + len(trace.reverse(zigzag, (0.8, 0.3)).rows)
    assert text.count('scope="col"') == 4
    assert "\\" not in text and "{" not in text and "$" not in text
    assert "v\u0307<sub>\u22121</sub>" in text


def test_plain_text():
    lines = repr(trace.reverse(example, (2.0, 5.0))).splitlines()
    assert lines[0] == "step  expression  value   adjoint"
    assert lines[2] == "v0    x2          5.000   1.716"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: trace.forward(example, (2.0, 5.0), (1.0,)), ValueError, "seed must have one entry for each of the 2"),
        (lambda: trace.forward(3, (2.0,), (1.0,)), TypeError, "forward: f must be callable, got int"),
        (lambda: trace.reverse(example, 2.0), TypeError, "reverse: x must be a tuple"),
        (lambda: trace.reverse(abs, (1j,)), TypeError, r"reverse: x\[0\] must be real numbers"),
        (lambda: trace.reverse(abs, ([1.0, 2.0],)), TypeError, r"x\[0\] must be one number, got shape \(2,\)"),
        (lambda: trace.reverse(tape.sum, (1.0,)), TypeError, "trace: sum works on arrays"),
        (lambda: trace.reverse(lambda x: tape.where(True, x, 0.0), (1.0,)), TypeError, "trace: where works on arrays"),
        (lambda: trace.reverse(lambda x: [1.0, 2.0] @ x, (1.0,)), TypeError, "trace: matmul works on arrays"),
        (lambda: trace.reverse(lambda x: x * [1.0, 2.0], (1.0,)), TypeError, r"one number, got shape \(2,\)"),
        (lambda: trace.reverse(lambda x: (x, x), (1.0,)), TypeError, "the result of f must be one number, got tuple"),
        (lambda: trace.reverse(lambda x: x * 1j, (1.0,)), TypeError, "an operand must be real"),
        (lambda: trace.reverse(lambda x: "y", (1.0,)), TypeError, "the result of f must be real"),
        (lambda: trace.reverse(math.sin, (1.0,)), TypeError, "float: a Step would lose its derivative"),
    ],
)
def test_errors_name_the_function_and_the_argument(call, error, message):
    with pytest.raises(error, match=message):
        call()
