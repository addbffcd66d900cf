"""Pictures of chapters 10 to 12: losses and their pulls, networks, blame, cost, folded grids, valleys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .style import COLOURS, DASHES

__all__ = [
    "draw_blame",
    "draw_costs",
    "draw_digits",
    "draw_face",
    "draw_functions",
    "draw_network",
    "draw_promise",
    "draw_surface",
    "draw_valley",
]


def draw_functions(ax, x, curves: Mapping[str, np.ndarray], xlabel: str, ylabel: str, *, marks: Sequence = ()):
    """Named curves over one axis, each with its own colour and dash; `marks` are points (x, y) to stress."""
    for k, (name, y) in enumerate(curves.items()):
        ax.plot(x, y, color=COLOURS[k], linestyle=DASHES[k], label=name, linewidth=1.9)
    for u, v in marks:
        ax.plot(u, v, "o", color="black", markersize=5)
    ax.set_xlabel(xlabel, fontsize=11)
    ax.set_ylabel(ylabel, fontsize=11)
    if len(curves) > 1:
        ax.legend(fontsize=10, framealpha=0.9)
    return ax


def draw_network(ax, weights, nodes: Sequence[Sequence[str]], edges=None, shades=None, *, arrow: str = "->"):
    """Layers from left to right; edge width is the size of the weight, dashes mean a negative one.

    ``weights[k] (n_k, n_{k+1})``; `nodes` holds the text of each neuron, layer by layer; ``edges[k]`` (texts,
    the shape of ``weights[k]``) stands on the edges; `shades` (numbers, as `nodes`) colours the neurons: orange
    positive, purple negative, relative to the largest in size; with ``arrow="<-"`` a layer whose shades are all
    None receives no arrows.
    """
    lines = 1 + max(text.count("\n") for layer in nodes for text in layer)
    area = 3000 + 1200 * (lines - 1)  # of a circle in square points, so that its text has room
    largest = max(np.abs(W).max() for W in weights)
    at = [[(2.4 * k, (len(layer) - 1) / 2 - j) for j in range(len(layer))] for k, layer in enumerate(nodes)]
    for k, W in enumerate(weights):
        if arrow == "<-" and shades is not None and all(v is None for v in shades[k]):
            continue  # nothing is sent to neurons without a shade
        for i, j in np.ndindex(W.shape):
            (x0, y0), (x1, y1) = at[k][i], at[k + 1][j]
            look = {
                "arrowstyle": "-|>,head_length=0.6,head_width=0.3",
                "color": COLOURS[0] if W[i, j] >= 0 else COLOURS[1],
                "linestyle": "-" if W[i, j] >= 0 else (0, (4, 2)),
                "linewidth": 0.6 + 2.2 * abs(W[i, j]) / largest,
                "shrinkA": area**0.5 / 2 + 1,
                "shrinkB": area**0.5 / 2 + 1,
            }
            ends = ((x0, y0), (x1, y1))[:: 1 if arrow == "->" else -1]
            ax.annotate("", xy=ends[1], xytext=ends[0], arrowprops=look)
            if edges is not None:
                t = 0.36 if y0 != y1 else 0.5  # of crossing edges, where they are still apart
                ax.text(
                    x0 + t * (x1 - x0), y0 + t * (y1 - y0), edges[k][i][j].replace("-", "\u2212"), fontsize=12,
                    ha="center", va="center", linespacing=1.0,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
                )  # fmt: skip
    _neurons(ax, at, nodes, shades, area)
    ax.set_xlim(-0.55, 2.4 * (len(nodes) - 1) + 0.55)
    tallest = max(map(len, nodes))
    ax.set_ylim(-tallest / 2 - 0.1, tallest / 2 + 0.1)
    ax.set_axis_off()
    return ax


def _neurons(ax, at, nodes, shades, area):
    """Circles with text, tinted by their shade."""
    peak = max((abs(v) for layer in shades or () for v in layer if v is not None), default=1.0)
    for k, layer in enumerate(nodes):
        for j, text in enumerate(layer):
            value = shades[k][j] if shades else None
            tint = "#E69F00" if value is None or value >= 0 else "#8066B0"
            ax.scatter(*at[k][j], s=area, color="white", zorder=3)
            ax.scatter(*at[k][j], s=area, color=tint, alpha=0.75 * abs(value or 0.0) / peak, linewidths=0, zorder=3)
            ax.scatter(*at[k][j], s=area, facecolors="none", edgecolors="#444444", linewidths=1.2, zorder=3)
            ax.text(*at[k][j], text.replace("-", "\u2212"), fontsize=12, ha="center", va="center", zorder=4)


def draw_promise(ax, t, loss, promised, step: float):
    """The loss along the downhill ray and the straight line that the gradient promises; a mark at `step`."""
    draw_functions(ax, t, {"loss along the ray": loss, "promised by the slope": promised}, r"step length $\alpha$",
                   r"loss $\mathcal{L}$")  # fmt: skip
    ax.axvline(step, color="#888888", linewidth=0.8, linestyle=":")
    for k, (y, name) in enumerate(((loss, "o"), (promised, "s"))):
        ax.plot(step, np.interp(step, t, y), name, color=COLOURS[k], markerfacecolor="white", markersize=4, zorder=3)
    ax.set_ylim(bottom=0)  # the line goes on below
    return ax


def draw_surface(ax, x, y, values, points, labels, title: str = ""):
    """Output of a network over the plane, the border where it is one half, and the points it should tell apart."""
    ax.contourf(x, y, values, levels=np.linspace(-0.5, 1.5, 11), cmap="PuOr_r", extend="both", alpha=0.85)
    if np.min(values) < 0.5 < np.max(values):
        ax.contour(x, y, values, levels=[0.5], colors="black", linewidths=1.6, linestyles="--")
    for label, marker, face in ((0, "o", "white"), (1, "s", "black")):
        chosen = points[np.asarray(labels) == label]
        ax.scatter(*chosen.T, marker=marker, s=75, c=face, edgecolors="black", zorder=3, label=f"wanted {label}")
    ax.set_xlabel("input $x_1$", fontsize=11)
    ax.set_ylabel("input $x_2$", fontsize=11)
    ax.set_title(title, fontsize=11)
    ax.set_aspect("equal")
    return ax


def draw_costs(ax, names: Sequence[str], parts: Mapping[str, np.ndarray]):
    """Stacked horizontal bars: multiplications in units of the forward sweep."""
    left, hatches = np.zeros(len(names)), ("", "//", "..")
    rows = np.arange(len(names))[::-1]
    for k, (part, share) in enumerate(parts.items()):
        look = {"color": COLOURS[(0, 4, 5)[k]], "hatch": hatches[k], "edgecolor": "white"}
        ax.barh(rows, share, left=left, height=0.6, label=part, **look)
        left = left + share
    ax.set_yticks(rows, names)
    ax.set_xlabel("multiplications, in forward sweeps", fontsize=11)
    ax.set_xlim(0, 3.05)
    ax.grid(axis="y", visible=False)
    ax.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.4, -0.2), ncols=3, frameon=False)
    return ax


def draw_blame(ax, table, limit: float, xlabel: str, ylabel: str, title: str = ""):
    """A table of signed numbers as colours between -limit (purple) and limit (orange); returns the image's axes."""
    table = np.asarray(table)
    image = ax.imshow(table, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
    ax.set_xticks(range(table.shape[1]))
    ax.set_yticks(range(table.shape[0]))
    ax.set_xlabel(xlabel, fontsize=11)
    ax.set_ylabel(ylabel, fontsize=11)
    ax.set_title(title, fontsize=11)
    ax.grid(visible=False)
    ax.figure.colorbar(image, ax=ax, shrink=0.9)
    return ax


def draw_digits(ax, images, captions: Sequence[str], columns: int = 6):
    """Small grey images in a mosaic, each with a line of text under it."""
    side = images.shape[1]
    for k, (image, caption) in enumerate(zip(images, captions, strict=True)):
        x, y = (k % columns) * (side + 3), -(k // columns) * (side + 4)
        ax.imshow(image, cmap="gray_r", extent=(x, x + side, y, y + side), vmin=0, vmax=1)
        ax.text(x + side / 2, y - 0.6, caption, ha="center", va="top", fontsize=10)
    ax.set_xlim(-1, columns * (side + 3))
    ax.set_ylim(y - 3.5, side + 1)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def draw_face(ax, transform, title: str = ""):
    """A grid with a small face on it after `transform`, a function of points (n, 2)."""
    line = np.linspace(-1, 1, 81)
    for c in np.linspace(-1, 1, 9):
        for path in (np.column_stack([line, np.full(81, c)]), np.column_stack([np.full(81, c), line])):
            ax.plot(*transform(path).T, color=COLOURS[0], linewidth=0.8, linestyle="-")
    angle = np.linspace(0, 2 * np.pi, 60)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    mouth = np.column_stack([0.35 * np.cos(angle[30:]), 0.35 * np.sin(angle[30:]) - 0.1])
    for path in (0.7 * circle, mouth, 0.06 * circle + [-0.25, 0.25], 0.06 * circle + [0.3, 0.25]):
        ax.plot(*transform(path).T, color=COLOURS[1], linewidth=2.2, linestyle="-")
    ax.set_title(title, fontsize=11)
    ax.set_xlabel("$a_1$", fontsize=11)
    ax.set_ylabel("$a_2$", fontsize=11)
    ax.set_aspect("equal", adjustable="datalim")
    return ax


def draw_valley(ax, paths: Mapping[str, np.ndarray]):
    """Contours of (uw - 1)^2 / 2, its valley uw = 1, and descents: a ring where each starts, a dot where it ends."""
    side = np.linspace(-1.9, 2.2, 240)
    U, W = np.meshgrid(side, side)
    ax.contour(U, W, (U * W - 1) ** 2 / 2, levels=[0.02, 0.1, 0.25, 0.5, 1, 2, 4], colors="#aaaaaa", linewidths=0.9)
    for branch in (side[side > 0.44], side[side < -0.5]):
        ax.plot(branch, 1 / branch, color="#222222", linewidth=2.4, linestyle="-")
    for k, (name, path) in enumerate(paths.items()):
        ax.plot(*path.T, color=COLOURS[k], linestyle=DASHES[k], linewidth=2.2, label=name)
        ax.plot(*path[0], "o", color=COLOURS[k], markerfacecolor="white", markersize=7)
        ax.plot(*path[-1], "o", color=COLOURS[k], markersize=6)
    ax.set_xlim(-1.9, 2.2)
    ax.set_ylim(-1.9, 2.2)
    ax.set_xlabel("first weight $u$", fontsize=11)
    ax.set_ylabel("second weight $w$", fontsize=11)
    ax.set_aspect("equal")
    ax.legend(fontsize=9, loc="lower right", framealpha=0.95)
    return ax
