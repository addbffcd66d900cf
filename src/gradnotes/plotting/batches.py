"""Pictures of chapter 06: residuals, blocks of data, clouds of batch gradients, races, tilted surfaces, cycles."""

from __future__ import annotations

import numpy as np

from .style import COLOURS, DASHES

__all__ = [
    "draw_batch_clouds",
    "draw_blocks",
    "draw_budget",
    "draw_cycle",
    "draw_race",
    "draw_residuals",
    "draw_tilted",
]


def draw_residuals(ax, x, y, fitted, other=None):
    """Points, a line through them, and a stick from each point to the line; `other` is a second line."""
    ax.vlines(x, np.minimum(y, fitted), np.maximum(y, fitted), color=COLOURS[1], ls=":", lw=2, label="residual")
    ax.plot(x, fitted, color=COLOURS[1], ls="--", label="line at the start")
    if other is not None:
        ax.plot(x, other, color=COLOURS[2], ls="-", label="best line")
    ax.plot(x, y, "o", ms=8, color=COLOURS[0], ls="", label="data")
    ax.set(xlabel="$x$", ylabel="$y$")
    ax.legend(loc="upper left")
    return ax


def draw_blocks(ax, rows, sizes, names):
    """One epoch for each batch size: the rows of the data cut in blocks, and the number of updates.

    Where there are more than 200 blocks a stripe stands for several of them, so that the eye can see it.
    """
    for k, (size, name) in enumerate(zip(sizes, names, strict=True)):
        starts = np.arange(0, rows, size)
        if len(starts) > 200:  # thinner than a pixel: one stripe for several blocks
            size *= -(-len(starts) // 160)
            starts, count = np.arange(0, rows, size), f"{len(starts)} updates"
        else:
            count = f"{len(starts)} update" + "s" * (len(starts) > 1)
        shades = np.where(np.arange(len(starts)) % 2, COLOURS[4], COLOURS[0])
        ax.broken_barh([(a, min(size, rows - a)) for a in starts], (-k - 0.3, 0.6), facecolors=shades, linewidth=0)
        arrow = {"arrowstyle": "-|>", "color": "#444444", "lw": 1.5}
        ax.annotate("", (rows * 1.12, -k), xytext=(rows * 1.01, -k), arrowprops=arrow)
        ax.text(rows * 1.13, -k, count, va="center")
        ax.annotate(name, (0, -k + 0.36), va="bottom", fontsize=11)
    ax.set(xlim=(0, rows * 1.42), ylim=(-len(sizes) + 0.5, 0.8), yticks=[], xlabel="row of the training data")
    ax.set_xticks([0, rows // 2, rows])
    ax.grid(False)
    ax.spines["left"].set_visible(False)
    return ax


def draw_batch_clouds(ax, sizes, clouds, full, error):
    """Every possible batch gradient for each batch size, the full gradient, and a band of one typical error."""
    place = np.arange(len(sizes))
    ax.fill_between(place, full - error, full + error, color=COLOURS[4], alpha=0.3, label="typical error")
    for p, cloud in zip(place, clouds, strict=True):
        side = np.linspace(-0.15, 0.15, len(cloud)) if len(cloud) > 1 else 0.0
        size = 4 if len(cloud) > 100 else 7 if len(cloud) > 1 else 14
        ax.plot(p + side, cloud, ".", ms=size, color=COLOURS[0], ls="", alpha=0.7, zorder=3)
    ax.axhline(full, color=COLOURS[1], ls="--", label="full gradient")
    ax.set_xticks(place, [str(s) for s in sizes])
    ax.set(xlabel="batch size $m'$", ylabel="batch gradient")
    ax.legend(loc="lower right")
    return ax


def draw_race(ax, rows, curves, floor=None):
    """Excess loss against rows looked at; `curves` {label: (low, median, high)}, log axis."""
    for k, (label, (low, middle, high)) in enumerate(curves.items()):
        x = np.linspace(0, rows, len(middle))
        ax.fill_between(x, low, high, color=COLOURS[k], alpha=0.25, lw=0)
        ax.plot(x, middle, color=COLOURS[k], ls=DASHES[k], label=label)
    if floor is not None:
        ax.axhline(floor, color=COLOURS[6], ls=(0, (1, 1)), lw=1.6, label="predicted floor")
    ax.set(yscale="log", xlabel="rows looked at", ylabel="excess loss")
    ax.legend(loc="lower left", fontsize=9)
    return ax


def draw_budget(ax, sizes, costs):
    """Cost to reach a goal against the batch size, one curve for each overhead of an update; dots mark the lowest."""
    for k, (label, cost) in enumerate(costs.items()):
        ax.plot(sizes, cost, color=COLOURS[k], ls=DASHES[k], label=label)
        ax.plot(sizes[np.argmin(cost)], min(cost), "o", ms=9, color=COLOURS[k])
    ax.set(xscale="log", yscale="log", xlabel="batch size", ylabel="cost (in rows)")
    ax.set_xticks(sizes[::2], [str(s) for s in sizes[::2]])
    ax.minorticks_off()
    ax.legend()
    return ax


def draw_tilted(ax, x, f, surfaces, path, heights, label, colour=0):
    """A mean surface, the surfaces of single points around it (dashed), and a walk on it."""
    for k, surface in enumerate(surfaces):
        ax.plot(x, surface, color="#999999", ls="--", lw=1.1, label="single points" if k == 0 else None)
    ax.plot(x, f, color="#444444", ls="-", lw=2, label="mean of all points")
    ax.plot(path, heights, "o", ms=3.5, color=COLOURS[colour], ls="", alpha=0.8, label=label)
    ax.plot(path[0], heights[0], ">", ms=10, color=COLOURS[6], ls="", label="start")
    ax.plot(path[-1], heights[-1], "*", ms=14, color=COLOURS[1], ls="", label="end")
    ax.set(xlabel="weight $w$", ylabel="loss")
    ax.legend(fontsize=9)
    return ax


def draw_cycle(ax, fixed, shuffled, best):
    """Iterates within an epoch: `fixed` and `shuffled` are (epochs, updates + 1), each epoch one line."""
    for k, (paths, name) in enumerate(((shuffled, "reshuffled"), (fixed, "fixed order"))):
        for e, path in enumerate(paths):
            style = {"color": COLOURS[k], "ls": DASHES[k], "lw": 2.6 if k else 1.2}
            ax.plot(path, label=f"{name}, {len(paths)} epochs" if e == 0 else None, **style)
    ax.axhline(best, color=COLOURS[6], ls=":", label="optimum")
    ax.set(xlabel="update within the epoch", ylabel="$w$")
    ax.legend()
    return ax
