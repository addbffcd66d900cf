"""Pictures of chapters 07 and 08: students, curves, likelihoods, codes, losses, digits."""

from __future__ import annotations

import numpy as np

from .style import COLOURS, DASHES

__all__ = [
    "draw_bars_of_chance",
    "draw_calibration",
    "draw_codes_on_a_line",
    "draw_corners",
    "draw_curves",
    "draw_distances",
    "draw_images",
    "draw_losses_in_score",
    "draw_students",
    "draw_temperatures",
]

FAIL, PASS = COLOURS[1], COLOURS[0]


def draw_students(ax, hours, passed):
    """Circles at 0 for who failed, squares at 1 for who passed, against hours of study."""
    hours, passed = np.asarray(hours), np.asarray(passed)
    for value, marker, colour, label in ((0, "o", FAIL, "failed"), (1, "s", PASS, "passed")):
        at = hours[passed == value]
        ax.plot(at, np.full(len(at), value), marker, ms=7, color=colour, label=label, ls="none", alpha=0.85)
    ax.set(xlabel="hours of study $h$ (h)", ylabel="result", ylim=(-0.12, 1.12))
    ax.set_yticks((0, 1), ("fail", "pass"))
    ax.legend(loc="center right")
    return ax


def draw_bars_of_chance(ax, hours, passed, grid, curve, ghost, chance):
    """The fitted curve, and from each student the chance it gave to what happened; `ghost` is another curve."""
    hours, passed = np.asarray(hours), np.asarray(passed)
    shift = np.zeros(len(hours))
    for i in range(1, len(hours)):
        shift[i] = 0.05 if hours[i] == hours[i - 1] else 0.0
    for value, colour in ((0, FAIL), (1, PASS)):
        rows = passed == value
        low = np.where(rows, 1 - chance if value == 0 else 0.0, 0.0)[rows]
        ax.vlines(hours[rows] + shift[rows], low, low + chance[rows], color=colour, lw=3, alpha=0.55)
    for value, marker, colour, label in (
        (0, "o", FAIL, "failed: bar hangs from 1"),
        (1, "s", PASS, "passed: bar stands on 0"),
    ):
        rows = passed == value
        feet = np.full(rows.sum(), 1 - value)
        ax.plot((hours + shift)[rows], feet, marker, color=colour, ms=5, ls="none", label=label)
    ax.plot(grid, ghost, color="#777777", ls=DASHES[3], label="table as printed")
    ax.plot(grid, curve, color=COLOURS[6], ls="-", label="fitted curve")
    ax.set(xlabel="hours of study $h$ (h)", ylabel="chance to pass $p$", ylim=(-0.05, 1.05))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, fontsize=9)
    return ax


def draw_curves(ax, x, curves, xlabel, ylabel, marks=(), levels=()):
    """Lines over one x: `curves` maps label -> values; `marks` are points (x, y), `levels` horizontal guides."""
    for level in levels:
        ax.axhline(level, color="#888888", lw=0.9, ls=":")
    for k, (label, values) in enumerate(curves.items()):
        ax.plot(x, values, color=COLOURS[k], ls=DASHES[k], label=label)
    for at, value in marks:
        ax.plot([at], [value], "o", color=COLOURS[6], ms=7)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if len(curves) > 1:
        ax.legend()
    return ax


def draw_distances(ax, walks):
    """Distance to the optimum against steps, both logarithmic; `walks` maps label -> distances."""
    for k, (label, distance) in enumerate(walks.items()):
        ax.loglog(np.arange(1, len(distance) + 1), distance, color=COLOURS[k], ls=DASHES[k], label=label)
    ax.set(xlabel="step $t$ (counted from 1)", ylabel=r"distance $\Vert\theta_t-\hat\theta\Vert$")
    ax.legend(loc="lower center")
    return ax


def draw_calibration(ax, groups):
    """Observed share against predicted chance, group by group; `groups` maps label -> (predicted, observed)."""
    ax.plot([0, 1], [0, 1], color="#888888", ls=":", label="predicted = observed")
    for k, (label, (predicted, observed)) in enumerate(groups.items()):
        ax.plot(predicted, observed, marker="os^"[k], color=COLOURS[k], ls=DASHES[k], lw=1.2, label=label)
    ax.set(xlabel="predicted chance $p$", ylabel="observed share", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    ax.legend(loc="upper left")
    return ax


def draw_codes_on_a_line(ax, letters, codes):
    """Letters at their integer codes, with the distances that the codes invent."""
    ax.plot(codes, np.zeros(len(codes)), color="#888888", ls="-", lw=1)
    for k, (letter, code) in enumerate(zip(letters, codes, strict=True)):
        ax.plot([code], [0], "osD"[k], color=COLOURS[k], ms=11)
        ax.annotate(letter, (code, 0), xytext=(0, 12), textcoords="offset points", ha="center", fontsize=13)
    for a, b, height in ((0, 1, -0.35), (1, 2, -0.35), (0, 2, -0.75)):
        ax.annotate("", (codes[a], height), (codes[b], height), arrowprops={"arrowstyle": "<->", "color": "#444444"})
        ax.text((codes[a] + codes[b]) / 2, height - 0.06, f"{abs(codes[b] - codes[a])}", ha="center", va="top")
    ax.set(xlabel="integer code", xticks=codes, yticks=(), ylim=(-1.2, 0.6), xlim=(min(codes) - 0.4, max(codes) + 0.4))
    ax.set_title("one number each")
    return ax


def draw_corners(ax, letters, sides):
    """The unit vectors seen along (1, 1, 1): a triangle with equal sides, labelled by their length."""
    corner = np.array([[0.0, 1.0], [-np.sqrt(3) / 2, -0.5], [np.sqrt(3) / 2, -0.5]])
    for k, letter in enumerate(letters):
        a, b = corner[k], corner[(k + 1) % 3]
        ax.plot([a[0], b[0]], [a[1], b[1]], color="#888888", ls="-", lw=1)
        middle = (a + b) / 2 * 1.75  # clear of the side
        ax.text(*middle, f"{sides[k]:.3f}", ha="center", va="center")
        ax.plot(*a, "osD"[k], color=COLOURS[k], ms=11)
        ax.text(*(a * 1.28), letter, ha="center", va="center", fontsize=13)
    ax.set(aspect="equal", xticks=(), yticks=(), xlim=(-1.4, 1.4), ylim=(-1.0, 1.5), xlabel="the plane $y_1+y_2+y_3=1$")
    ax.set_title("one corner each")
    return ax


def draw_temperatures(ax, temperatures, chances):
    """Groups of bars: softmax(z / T) for several T; chances (temperatures, classes)."""
    count = chances.shape[1]
    for k in range(count):
        at = np.arange(len(temperatures)) + (k - (count - 1) / 2) * 0.26
        style = {"color": COLOURS[k], "hatch": ("", "//", "..")[k], "edgecolor": "white"}
        ax.bar(at, chances[:, k], 0.24, label=f"class {k + 1}", **style)
    ax.set(xlabel="temperature $T$", ylabel="softmax of $z/T$", ylim=(0, 1), xticks=range(len(temperatures)))
    ax.set_xticklabels([f"{t:g}" for t in temperatures])
    ax.set_axisbelow(True)
    ax.legend()
    return ax


def draw_losses_in_score(ax, z, curves, at, slopes):
    """Losses against the score, each with its tangent at `at`; both arguments map label -> values."""
    for k, (label, values) in enumerate(curves.items()):
        ax.plot(z, values, color=COLOURS[k], ls=DASHES[k], label=label)
        height = np.interp(at, z, values)
        ends = np.array([-2.0, 2.0])
        ax.plot(at + ends, height + slopes[label] * ends, color=COLOURS[6], ls="-", lw=1.2)
        ax.plot([at], [height], "o", color=COLOURS[k], ms=6)
    ax.set(xlabel="score $z$ of the true class", ylabel="loss")
    ax.legend()
    return ax


def draw_images(axes, images, titles, limit=None):
    """Small pictures in a grid. With `limit`, signed weights: orange below 0, white at 0, purple above."""
    for ax in np.ravel(axes):
        ax.set_axis_off()
    for ax, image, title in zip(np.ravel(axes), images, titles, strict=False):
        low, high, colours = (0, 1, "gray_r") if limit is None else (-limit, limit, "PuOr")
        ax.imshow(image, interpolation="nearest", cmap=colours, vmin=low, vmax=high)
        ax.set_title(title, fontsize=10)
    return axes
