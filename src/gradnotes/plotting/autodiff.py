"""Pictures of chapter 09: errors of differences, computational graphs drawn from a trace, costs, checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.patches import FancyBboxPatch

from ..trace import Trace
from ..trace.text import fixed, math
from .style import COLOURS, DASHES

__all__ = ["draw_checkpoints", "draw_difference_errors", "draw_sweep_costs", "draw_trace"]

VALUE, DERIVATIVE = COLOURS[0], COLOURS[1]


def draw_difference_errors(ax, h, errors: Mapping[str, np.ndarray], exact: float):
    """Relative errors of difference quotients against the step h, both logarithmic, and the level `exact`."""
    for k, (name, error) in enumerate(errors.items()):
        ax.loglog(h, error, color=COLOURS[k], linestyle=DASHES[k], marker="os^"[k], markersize=4, label=name)
    ax.axhline(exact, color=COLOURS[2], linestyle=DASHES[2], label="automatic differentiation (no h)")
    ax.set_xlabel("step h")
    ax.set_ylabel("relative error")
    ax.legend(loc="upper center")
    return ax


def draw_trace(ax, trace: Trace, digits: int = 3):
    """The graph of a trace: values in the boxes, and on the edges what they carry of the derivative.

    Forward: arrows to the right, labelled with local derivative times tangent of their beginning. Reverse:
    arrows to the left, labelled with local derivative times adjoint of their end. Boxes stand by depth, so the
    picture depends on nothing but the trace.
    """
    nodes, edges = trace.graph()
    place = _places(nodes, edges)
    box = {node["name"]: _box(ax, place[node["name"]], node, trace.mode, digits) for node in nodes}
    seen: dict[tuple[str, str], int] = {}
    for edge in edges:
        again = seen.get((edge["from"], edge["to"]), 0)
        seen[edge["from"], edge["to"]] = again + 1
        start, end = ("from", "to") if trace.mode == "forward" else ("to", "from")
        look = {
            "arrowstyle": "-|>,head_width=0.25,head_length=0.5", "color": DERIVATIVE, "lw": 1.5,
            "patchA": box[edge[start]], "patchB": box[edge[end]], "shrinkA": 0, "shrinkB": 1,
            "linestyle": "-" if trace.mode == "forward" else (0, (4, 2)), "connectionstyle": f"arc3,rad={0.25 * again}",
        }  # fmt: skip
        ax.annotate("", xy=place[edge[end]], xytext=place[edge[start]], arrowprops=look, zorder=1)
        (u, v), (p, q) = place[edge[start]], place[edge[end]]
        middle = (0.53 * u + 0.47 * p, 0.53 * v + 0.47 * q + 0.3 * again)  # a little away from the tip
        ax.text(
            *middle, _text(edge["flow"], digits), color=DERIVATIVE, fontsize=10.5, ha="center", va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0}, zorder=2,
        )  # fmt: skip
    xs, ys = zip(*place.values(), strict=True)
    ax.set_xlim(min(xs) - 0.8, max(xs) + 0.8)
    ax.set_ylim(min(ys) - 0.5, max(ys) + 0.5)
    ax.axis("off")
    return ax


def _places(nodes, edges):
    """Column: depth in the graph; row: the mean of the parents, moved apart within a column."""
    parents: dict[str, list[str]] = {node["name"]: [] for node in nodes}
    for edge in edges:
        parents[edge["to"]].append(edge["from"])
    depth: dict[str, int] = {}
    for name, above in parents.items():
        depth[name] = 1 + max((depth[p] for p in above), default=-1)
    height: dict[str, float] = {}
    for column in range(max(depth.values()) + 1):
        names = [name for name in parents if depth[name] == column]
        for k, name in enumerate(names):
            above = parents[name]
            height[name] = sum(height[p] for p in above) / len(above) if above else 2.0 * ((len(names) - 1) / 2 - k)
        names.sort(key=lambda name: -height[name])
        for upper, lower in pairwise(names):
            height[lower] = min(height[lower], height[upper] - 1.2)
    return {name: (2.55 * depth[name], height[name]) for name in parents}


def _box(ax, at, node, mode, digits):
    x, y = at
    patch = FancyBboxPatch((x - 0.72, y - 0.42), 1.44, 0.84, boxstyle="round,pad=0.04")
    patch.set(facecolor="white", edgecolor="#444444", zorder=3)
    ax.add_patch(patch)
    name, accent = math(node["name"]), r"\dot" if mode == "forward" else r"\bar"
    write = {"ha": "center", "va": "center", "zorder": 4}
    ax.text(x, y + 0.27, f"${name}={math(node['expression'])}$", fontsize=11.5, **write)
    ax.text(x, y, _text(node["value"], digits), color=VALUE, fontsize=11.5, **write)
    derivative = rf"${accent} {name}=$ " + _text(node["derivative"], digits)
    ax.text(x, y - 0.27, derivative, color=DERIVATIVE, fontsize=11.5, **write)
    return patch


def _text(x, digits) -> str:
    return fixed(x, digits).replace("-", "\u2212")


def draw_sweep_costs(ax, sizes, forward, reverse, varied: str, fixed_text: str):
    """Multiplications for the whole Jacobian, in units of one evaluation, against one of its two sizes."""
    ax.loglog(sizes, forward, color=COLOURS[0], linestyle=DASHES[0], marker="o", markersize=4, label="forward mode")
    ax.loglog(sizes, reverse, color=COLOURS[1], linestyle=DASHES[1], marker="s", markersize=4, label="reverse mode")
    ax.set_xticks(sizes, [str(n) for n in sizes])
    levels = [n for n in (1, 2, 5, 10, 20, 50, 100) if n <= 1.5 * max(*forward, *reverse)]
    ax.set_yticks(levels, [str(n) for n in levels])
    ax.minorticks_off()
    ax.set_xlabel(f"{varied}  ({fixed_text})")
    ax.set_ylabel("cost / cost of f")
    ax.legend()
    return ax


def draw_checkpoints(ax, spacing, counted, plain: int):
    """Arrays that live at the same time against the spacing of checkpoints; the level without checkpoints."""
    ax.axhline(plain, color=COLOURS[1], linestyle=DASHES[1], label="plain tape")
    ax.plot(spacing, counted, color=COLOURS[0], linestyle=DASHES[0], marker="o", label="with checkpoints")
    ax.set_xscale("log")
    ax.set_xticks(spacing, [str(s) for s in spacing])
    ax.minorticks_off()
    ax.set_ylim(0, None)
    ax.set_xlabel("steps between checkpoints")
    ax.set_ylabel("arrays alive at the peak")
    ax.legend()
    return ax
