"""Pictures of chapter 01: the staircase, rates, estimates, paths, batches, patients, the saddle."""

from __future__ import annotations

import numpy as np

from .style import COLOURS, DASHES

__all__ = [
    "draw_batch_means",
    "draw_cuts_on_histograms",
    "draw_escapes",
    "draw_estimates",
    "draw_momentum_paths",
    "draw_rates",
    "draw_staircase",
]


def draw_staircase(ax, theta, error, loss, points, labels, tangents):
    """Error rate (stairs) and smooth loss over theta, with the data below and tangents (theta, value, slope)."""
    ax.plot(theta, error, color=COLOURS[1], linestyle="-", drawstyle="steps-post", label="error rate")
    ax.plot(theta, loss, color=COLOURS[0], linestyle="--", label="smooth loss $L$")
    for at, value, slope in tangents:
        step = 0.09 / np.hypot(1, slope / 3) * (-1 if slope > 0 else 1)
        style = {"arrowstyle": "-|>", "color": COLOURS[6], "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
        if slope:
            ax.annotate("", (at + step, value + slope * step), (at, value), arrowprops=style)
        ax.plot(at, value, "o", color=COLOURS[6], markersize=6)
        text, down = (f"slope {slope:+.2f}", slope > 0) if slope else ("slope 0", True)
        ax.annotate(text, (at, value), xytext=(10, -13 if down else 6), textcoords="offset points")
    points, labels = np.asarray(points), np.asarray(labels)
    for sign, marker, name in ((1, "o", "positive"), (-1, "x", "negative")):
        here = points[labels == sign]
        ax.plot(here, np.full(here.size, -0.09), marker, color=COLOURS[2], linestyle="none", label=f"{name} point")
    ax.set_xlabel(r"cut $\theta$")
    ax.set_ylabel("error rate, loss")
    ax.set_ylim(-0.17, max(np.max(loss), np.max(error)) * 1.03)
    ax.legend(loc="upper center", ncols=2)
    return ax


def draw_rates(ax, theta, accuracy, balanced_error, truth, title=None):
    """Accuracy and balanced error of every cut; the true cut is a dotted upright."""
    ax.plot(theta, accuracy, label="accuracy")
    ax.plot(theta, balanced_error, label="balanced error")
    ax.axvline(truth, color="0.4", linestyle=":", linewidth=1.3)
    ax.set_xlabel(r"cut $\theta$")
    ax.set_ylabel("share")
    ax.set_ylim(-0.03, 1.05)
    if title:
        ax.set_title(title)
    return ax


def draw_estimates(ax, scores, first, second, band, names):
    """Two laws of an estimated accuracy on the same test size, and the band of one standard error."""
    width = scores[1] - scores[0]
    ax.axvspan(*band, color="0.9", zorder=0)
    ax.bar(scores, first, width=0.8 * width, color=COLOURS[4], label=names[0])
    ax.plot(scores, second, color=COLOURS[1], linestyle="--", marker=".", label=names[1])
    ax.set_axisbelow(True)
    ax.set_xlabel("share right on the test set")
    ax.set_ylabel("probability")
    ax.legend(loc="upper left")
    return ax


def draw_momentum_paths(ax, paths, ylabel=r"parameter $\theta_i$"):
    """Named paths against the step number, each with its own dash."""
    for (name, path), dash in zip(paths.items(), DASHES, strict=False):
        ax.plot(np.arange(len(path)), path, linestyle=dash, label=name)
    ax.axhline(0, color="0.4", linewidth=0.8)
    ax.set_xlabel("step $i$")
    ax.set_ylabel(ylabel)
    ax.legend()
    return ax


def draw_batch_means(ax, means_by_size, full):
    """One dot for the gradient of every possible batch, one row for each batch size; the full gradient upright."""
    sizes = list(means_by_size)
    for row, size in enumerate(sizes):
        values = np.asarray(means_by_size[size], dtype=float)
        ax.plot(values, np.full(values.size, row), "o", color=COLOURS[0], alpha=0.6, linestyle="none")
        ax.plot(values.mean(), row, "D", color=COLOURS[1], markersize=8, linestyle="none")
    ax.axvline(full, color=COLOURS[1], linestyle="--", linewidth=1.3)
    ax.set_yticks(range(len(sizes)), [f"{size}" for size in sizes])
    ax.set_ylim(-0.6, len(sizes) - 0.4)
    ax.set_xlabel("gradient of the batch")
    ax.set_ylabel("batch size $B$")
    return ax


def draw_cuts_on_histograms(ax, classes, cuts, xlabel):
    """Two overlaid histograms (name -> values) and named cuts as uprights."""
    values = np.concatenate(list(classes.values()))
    edges = np.linspace(values.min(), values.max(), 41)
    looks = ({"color": COLOURS[4]}, {"color": COLOURS[5], "hatch": "//", "edgecolor": "white"})
    for (name, each), look in zip(classes.items(), looks, strict=True):
        ax.hist(each, edges, alpha=0.7, label=name, **look)
    for (name, cut), dash in zip(cuts.items(), DASHES, strict=False):
        ax.axvline(cut, color=COLOURS[6], linestyle=dash, label=name)
    ax.set_axisbelow(True)
    ax.set_xlabel(xlabel)
    ax.set_ylabel("people")
    ax.legend()
    return ax


def draw_escapes(ax, paths):
    """Distance from the saddle's ridge against the step, on a logarithmic axis."""
    for (name, path), dash in zip(paths.items(), DASHES, strict=False):
        ax.semilogy(np.arange(len(path)), np.abs(path), linestyle=dash, label=name)
    ax.set_xlabel("step $i$")
    ax.set_ylabel(r"distance from the ridge, $|y_i|$")
    ax.legend(loc="lower right")
    return ax
