"""Pictures of chapter 05: slopes, steps, learning rates, ravines, the landscape A to E, the map of destinations."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap

from .style import COLOURS, DASHES

__all__ = [
    "draw_contours",
    "draw_descent",
    "draw_destinations",
    "draw_filter",
    "draw_landscape",
    "draw_rate_valley",
    "draw_slopes",
    "draw_tangent",
]


def draw_tangent(ax, x, f, touch, seconds, slopes, slope):
    """A curve, secants through `touch` = (x0, f(x0)) and `seconds`, and the tangent they turn into."""
    x0, f0 = touch
    ax.plot(x, f, color=COLOURS[6], ls="-", label="$f(x)=x^2$")
    for k, (x1, s) in enumerate(zip(seconds, slopes, strict=True)):
        ax.axline((x0, f0), slope=s, color=COLOURS[k], ls=DASHES[k + 1], lw=1.5, label=f"secant, slope {s:.2f}")
        ax.plot(x1, f0 + s * (x1 - x0), "s", ms=5, color=COLOURS[k])
    ax.axline((x0, f0), slope=slope, color=COLOURS[3], ls="-", lw=2.6, label=f"tangent, slope {slope:.0f}")
    ax.plot(x0, f0, "o", ms=8, color=COLOURS[6])
    ax.set(xlabel="$x$", ylabel="$f(x)$", xlim=(x[0], x[-1]), ylim=(-1, f.max()))
    ax.legend(loc="upper left")
    return ax


def draw_slopes(ax, x, f, sign, flat):
    """A curve whose rising, falling and level parts differ in colour and dash; `flat` holds the level points."""
    for value, label, k in ((1, "rising, $f'>0$", 0), (-1, "falling, $f'<0$", 1)):
        ax.plot(x, np.where(sign == value, f, np.nan), color=COLOURS[k], ls=DASHES[k], lw=2.6, label=label)
    for x0, f0 in flat:
        ax.plot([x0 - 0.45, x0 + 0.45], [f0, f0], color=COLOURS[6], ls=":", lw=2)
    ax.plot(*np.transpose(flat), "o", ms=8, color=COLOURS[6], ls="", label="level, $f'=0$")
    ax.set(xlabel="$x$", ylabel="$f(x)$")
    ax.legend(loc="upper center")
    return ax


def draw_descent(ax, x, f, steps, heights, title="", names=("x_0", "x_1"), colour=0):
    """A curve and the iterates on it, joined by arrows; the first ones carry their names."""
    ax.plot(x, f, color="#777777", ls="-", lw=1.6)
    ax.plot(steps, heights, "o", ms=5, color=COLOURS[colour])
    for a, b in zip(zip(steps, heights, strict=True), zip(steps[1:], heights[1:], strict=True), strict=False):
        arrow = {"arrowstyle": "-|>", "color": COLOURS[colour], "lw": 1.3, "shrinkA": 0, "shrinkB": 1}
        ax.annotate("", xy=b, xytext=a, arrowprops=arrow)
    beside = (8, 2) if heights[1] < heights[0] else (8, -16)  # a walk that climbs leaves room below only
    for name, u, v in zip(names, steps, heights, strict=False):
        ax.annotate(f"${name}$", (u, v), textcoords="offset points", xytext=beside, fontsize=12)
    ax.set(xlabel="$x$", ylabel="$f(x)$", title=title)
    return ax


def draw_rate_valley(ax, rates, distance, marks):
    """Distance to the minimum after a fixed number of steps against the learning rate; `marks` are rates to name."""
    ax.plot(rates, distance, color=COLOURS[0])
    ax.axhline(1, color=COLOURS[6], ls="--", lw=1.2)
    ax.plot(marks, np.interp(marks, rates, distance), "o", color=COLOURS[1], ms=7)
    ax.set(yscale="log", ylim=(1e-12, 1e6), xlabel=r"learning rate $\eta$", ylabel=r"distance $|x_{50}|$ (start: 1)")
    return ax


def draw_contours(ax, x, y, f, paths, labels, levels=None, goal=None):
    """Level curves of f on the grid x, y, and paths (T+1, 2) over them, each with its own colour and dash."""
    ax.contour(x, y, f, levels=levels if levels is not None else 12, colors="#999999", linewidths=0.8, linestyles="-")
    for k, (path, label) in enumerate(zip(paths, labels, strict=True)):
        style = {"color": COLOURS[k], "ls": DASHES[k], "lw": 1.7, "ms": 4, "marker": "os^D"[k % 4]}
        ax.plot(path[:, 0], path[:, 1], label=label, **style)
    if goal is not None:
        ax.plot(*goal, "*", ms=15, color=COLOURS[6], ls="", label="minimum")
    ax.set(xlabel="$x$", ylabel="$y$", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    return ax


def draw_landscape(ax, x, f, places, paths=()):
    """A curve with named places {letter: (x, f)} and walks along it, drawn just above the curve."""
    ax.plot(x, f, color="#555555", ls="-")
    for k, (px, pf, label) in enumerate(paths):
        ax.plot(px, pf + 0.7, color=COLOURS[k], ls=DASHES[k + 1], marker=">o"[k % 2], ms=5, lw=1.2, label=label)
    for letter, (u, v) in places.items():
        ax.plot(u, v, "o", ms=9, color=COLOURS[6])
        ax.annotate(letter, (u, v), textcoords="offset points", xytext=(0, -20), ha="center", weight="bold")
    ax.set(xlabel="$x$", ylabel="$f(x)$", ylim=(f.min() - 7, f.max() + 2))
    if paths:
        ax.legend(loc="upper center")
    return ax


def draw_destinations(ax, starts, gammas, in_c, marks):
    """Which start (across) with which momentum (up) ends in the global minimum C; `marks` {letter: start}."""
    colours = ListedColormap([COLOURS[5], COLOURS[0]])
    ax.pcolormesh(starts, gammas, in_c.astype(int), cmap=colours, vmin=0, vmax=1, shading="nearest", rasterized=True)
    ax.contour(starts, gammas, in_c.astype(float), levels=[0.5], colors="white", linewidths=1.0)
    for letter, start in marks.items():
        ax.axvline(start, color="black", ls="--", lw=1.5)
        ax.annotate(letter, (start, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                    textcoords="offset points", ha="center", fontsize=13, weight="bold")  # fmt: skip
    for k, label in ((0, "ends in C (global)"), (5, "ends in D (local)")):
        ax.plot([], [], "s", ms=11, color=COLOURS[k], ls="", label=label)
    ax.grid(False)
    ax.set(xlabel="start $x_0$", ylabel=r"momentum $\gamma$")
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 0))  # between the lines of A and B, left of the border
    return ax


def draw_filter(ax, steps, gradient, velocity, label):
    """The raw gradient and the velocity that filters it, against the step."""
    ax.plot(steps, gradient, color=COLOURS[1], ls=":", marker="o", ms=3, lw=1.2, label="gradient")
    ax.plot(steps, velocity, color=COLOURS[0], ls="-", label=label)
    ax.axhline(0, color="#777777", lw=0.8, ls="-")
    ax.set(xlabel="step $t$", ylabel="gradient, velocity")
    ax.legend()
    return ax
