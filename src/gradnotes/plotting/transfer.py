"""Pictures of chapters 16 and 17: dropout, max-norm, transfer."""

from __future__ import annotations

import numpy as np

from .style import COLOURS, DASHES

__all__ = [
    "draw_bands",
    "draw_board",
    "draw_canvases",
    "draw_column_lengths",
    "draw_dropped",
    "draw_fold_intervals",
    "draw_mask_average",
    "draw_norm_ball",
    "draw_paired",
]


def draw_paired(ax, groups: dict, xlabel: str):
    """Paired differences: one row per group, one dot per draw, mean and two standard errors on top, zero marked."""
    ax.axvline(0, color="#444444", linewidth=1.2, linestyle="-")
    for row, values in enumerate(groups.values()):
        values = np.sort(np.asarray(values, dtype=float))
        jitter = np.linspace(-0.2, 0.2, len(values))
        ax.plot(values, row + jitter, "o", markersize=4.5, alpha=0.6, color=COLOURS[row % len(COLOURS)])
        reach = 2 * values.std(ddof=1) / np.sqrt(len(values))
        ax.errorbar(
            values.mean(), row + 0.34, xerr=reach, fmt="D", color="#000000", markersize=5, capsize=4, linestyle=""
        )
    ax.set_yticks(range(len(groups)), list(groups))
    ax.set_ylim(len(groups) - 0.4, -0.5)
    ax.set_xlabel(xlabel)
    return ax


def draw_dropped(ax, laws: dict, counts: dict):
    """How many of n units are dropped: `laws` maps labels to probabilities 0..n, `counts` to sampled counts."""
    for k, (label, law) in enumerate(laws.items()):
        share = np.bincount(counts[label], minlength=len(law))[: len(law)] / len(counts[label])
        ax.bar(range(len(law)), share, color=COLOURS[k], alpha=0.3, width=0.9)
        ax.plot(range(len(law)), law, label=label, color=COLOURS[k], linestyle=DASHES[k])
    ax.set_xlabel("units dropped, of 60")
    ax.set_ylabel("probability")
    ax.legend()
    return ax


def draw_mask_average(ax, probabilities, names, marks: dict):
    """One bar for each mask, and horizontal lines (averages) from `marks`, label to height."""
    ax.bar(range(len(names)), probabilities, color=COLOURS[4], width=0.7)
    for k, (label, height) in enumerate(marks.items()):
        ax.axhline(height, label=label, color=(COLOURS[1], COLOURS[0], COLOURS[6])[k], linestyle=DASHES[k])
    ax.set_xticks(range(len(names)), names, fontsize=10)
    ax.set_xlabel("mask of the three hidden units")
    ax.set_ylabel("probability of class 1")
    ax.set_ylim(0, 1.25)
    ax.legend(loc="upper left", ncols=2)
    return ax


def draw_norm_ball(ax, before, after, c: float):
    """Vectors of the plane (rows) and where the projection on the ball of radius c puts them."""
    angle = np.linspace(0, 2 * np.pi, 200)
    ax.fill(c * np.cos(angle), c * np.sin(angle), color=COLOURS[4], alpha=0.25)
    for k, (start, end) in enumerate(zip(before, after, strict=True)):
        label = ("before", "after") if k == 0 else (None, None)
        ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "#666666"})
        ax.plot(*start, "o", color=COLOURS[1], markersize=7, linestyle="", label=label[0])
        ax.plot(*end, "s", color=COLOURS[0], markersize=6, linestyle="", label=label[1])
    ax.set_aspect("equal")
    ax.set_xlabel("first weight")
    ax.set_ylabel("second weight")
    ax.legend(loc="upper left")
    return ax


def draw_fold_intervals(ax, means, naive, corrected, truth: float):
    """One row for each data set: mean of the folds, two naive and two corrected standard errors, the truth."""
    rows = np.arange(len(means))
    ax.axvline(0, color="#444444", linewidth=1.2, linestyle="-")
    ax.axvline(truth, color=COLOURS[2], linestyle="--", label="measured on new images")
    ax.errorbar(
        means, rows, xerr=2 * np.asarray(corrected), fmt="none", ecolor=COLOURS[0], elinewidth=1.4, capsize=5,
        label="corrected",
    )  # fmt: skip
    ax.errorbar(
        means, rows, xerr=2 * np.asarray(naive), fmt="o", color=COLOURS[1], elinewidth=5, markersize=7, linestyle="",
        label="naive",
    )  # fmt: skip
    ax.set_yticks(rows, [f"data {k + 1}" for k in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("effect of input dropout, percentage points")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    return ax


def draw_column_lengths(ax, samples: dict, c: float):
    """Sorted lengths of the weights into each unit, as shares of all units; the limit c is marked."""
    for k, (label, lengths) in enumerate(samples.items()):
        lengths = np.sort(np.ravel(lengths))
        share = 1 - np.arange(len(lengths)) / len(lengths)
        ax.semilogy(lengths, share, label=label, color=COLOURS[k], linestyle=DASHES[k])
    ax.axvline(c, color="#000000", linewidth=1.2, linestyle=":", label=f"limit {c:g}")
    ax.set_xlabel("length of the weights into a unit")
    ax.set_ylabel("share of units at least as long")
    ax.legend()
    return ax


def draw_bands(ax, x, bands: dict, xlabel: str, ylabel: str, log: bool = False):
    """Mean and one standard deviation over seeds; `bands` maps labels to arrays (len(x), S)."""
    for k, (label, values) in enumerate(bands.items()):
        values = np.asarray(values, dtype=float)
        mean, spread = values.mean(axis=1), values.std(axis=1)
        ax.fill_between(x, mean - spread, mean + spread, color=COLOURS[k % 7], alpha=0.15, linewidth=0)
        ax.plot(x, mean, label=label, marker="o", markersize=4.5, color=COLOURS[k % 7], linestyle=DASHES[k % 7])
    if log:
        ax.set_xscale("log")
        ax.minorticks_off()
    ax.set_xticks(x, [str(value) for value in x])
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
    return ax


def draw_canvases(axes, pictures, titles):
    """Square pictures side by side, each with a short title."""
    for ax, picture, title in zip(np.ravel(axes), pictures, titles, strict=True):
        side = int(np.sqrt(np.size(picture)))
        ax.imshow(np.reshape(picture, (side, side)), cmap="gray_r", interpolation="nearest")
        ax.set_title(title)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(True)
        ax.grid(False)
    return axes


def draw_board(ax, gains, rows, columns):
    """A table of gains in percentage points: green above zero, pink below, the number in each cell."""
    gains = np.asarray(gains, dtype=float)
    reach = abs(gains).max()
    ax.imshow(gains / reach, cmap="PiYG", vmin=-1.6, vmax=1.6, aspect="auto")
    for (r, c), gain in np.ndenumerate(gains):
        ax.text(c, r, f"{gain:+.0f}".replace("-", "\u2212"), ha="center", va="center", fontsize=20, color="#000000")
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_xlabel("target task")
    ax.set_ylabel("features learnt for")
    ax.grid(False)
    return ax
