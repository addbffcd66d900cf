"""Random programs over arrays that broadcast: written once, run on NumPy, on the tape, on duals and on torch."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from gradnotes import tape

SHAPES = [(), (1,), (3,), (1, 3), (2, 1), (2, 3)]  # any two of them broadcast

SMOOTH = {
    "add": lambda m, u, v: u + v,
    "subtract": lambda m, u, v: u - v,
    "multiply": lambda m, u, v: u * v,
    "divide": lambda m, u, v: u / (2.0 + v * v),
    "power": lambda m, u, v: (1.0 + u * u) ** m.tanh(v),
    "square": lambda m, u, v: u**2,
    "reciprocal": lambda m, u, v: 1.5 / (1.0 + u * u),
    "root of base": lambda m, u, v: 2.0 ** m.sin(u),
    "negative": lambda m, u, v: 0.5 - (-u),
    "exp": lambda m, u, v: m.exp(m.sin(u)),
    "log": lambda m, u, v: m.log(1.0 + u * u),
    "sin": lambda m, u, v: m.sin(u),
    "cos": lambda m, u, v: m.cos(u),
    "tanh": lambda m, u, v: m.tanh(u),
    "sigmoid": lambda m, u, v: m.sigmoid(u),
    "sqrt": lambda m, u, v: m.sqrt(1.0 + u * u),
    "sum": lambda m, u, v: m.sum(full(u), 0),
    "sum all": lambda m, u, v: m.sum(u),
    "mean": lambda m, u, v: m.mean(full(u), 1, True),
    "logsumexp": lambda m, u, v: m.logsumexp(full(u), 1, True),
    "logsumexp all": lambda m, u, v: m.logsumexp(full(u), 0),
    "product": lambda m, u, v: m.matmul(full(u), m.matmul(m.transpose(full(v)), full(u))),
    "matrix by vector": lambda m, u, v: m.reshape(m.matmul(full(u), full(v)[0]), (2, 1)),
    "vector by matrix": lambda m, u, v: m.matmul(full(u)[:, 1], full(v)),
    "dot": lambda m, u, v: m.matmul(full(u)[1], full(v)[0]),
    "columns": lambda m, u, v: full(u)[:, [2, 0, 0]],
    "picks": lambda m, u, v: m.reshape(full(u)[[0, 1, 0], [1, 1, 1]], (1, 3)),
    "rows": lambda m, u, v: full(u)[1:] * full(v)[0],
    "reshape": lambda m, u, v: m.transpose(m.reshape(full(u), (3, 2))),
}
KINKED = {
    "relu": lambda m, u, v: m.relu(u),
    "abs": lambda m, u, v: abs(u),
    "max": lambda m, u, v: m.max(full(u), 1, True),
    "max all": lambda m, u, v: m.max(full(u), None),
    "where": lambda m, u, v: m.where(u > 0, u * v, v),
}


def full(u):
    """u repeated to the shape (2, 3)."""
    return u + np.zeros((2, 3)) if not hasattr(u, "detach") else u.expand(2, 3)


def programs(operations):
    """Instructions (operation, operand, operand) over three inputs, with the shapes and the seed of the inputs."""
    number = st.integers(0, 100)
    step = st.tuples(st.sampled_from(sorted(operations)), number, number)
    return st.tuples(
        st.lists(step, min_size=4, max_size=10),
        st.lists(st.sampled_from(SHAPES), min_size=3, max_size=3),
        st.integers(0, 10**6),
    )


def inputs(program):
    _, shapes, seed = program
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1.5, 1.5, shape) if shape else float(rng.uniform(-1.5, 1.5)) for shape in shapes]


def run(program, values, module=tape):
    """The sum of all entries of all intermediate results, damped so that nothing grows without bound."""
    operations, results = {**SMOOTH, **KINKED}, list(values)
    total = 0.0
    for name, i, j in program[0]:
        z = operations[name](module, results[i % len(results)], results[j % len(results)])
        total = total + module.sum(module.sin(z))
        results.append(z)
    return total
