"""Pictures of chapters 18 and 19: losses for rare classes, and the case study."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FuncFormatter

from .style import COLOURS, DASHES

__all__ = [
    "draw_advice",
    "draw_agreement",
    "draw_certain_row",
    "draw_coin_test",
    "draw_cost_curves",
    "draw_focal",
    "draw_long_tail",
    "draw_minimiser",
    "draw_persons",
    "draw_precision_recall",
    "draw_reliability",
    "draw_roc",
    "draw_seed_strips",
]

MARKS = "osD^vP*X"


def draw_focal(ax, p, curves, ylabel, ylim=None):
    """Curves against the probability of the true class; `curves` maps gamma to values."""
    for (gamma, values), colour, dash in zip(curves.items(), COLOURS, DASHES, strict=False):
        ax.plot(p, values, color=colour, linestyle=dash, label=rf"$\gamma={gamma:g}$")
    ax.set(xlabel="probability $p$ of the true class", ylabel=ylabel, ylim=ylim, xlim=(0, 1))
    ax.legend()
    return ax


def draw_minimiser(ax, curves):
    """The best output against the true probability; `curves` maps a label to (eta, p)."""
    for (label, (eta, p)), colour, dash in zip(curves.items(), COLOURS, DASHES, strict=False):
        ax.plot(eta, p, color=colour, linestyle=dash, label=label)
    ax.axhline(0.5, color="#444444", linewidth=1.1, linestyle=(0, (1.5, 2.5)))
    ax.set(xlabel=r"true probability $\eta$ of class 1", ylabel="best output $p^*$", xlim=(0, 1), ylim=(0, 1))
    ax.legend(loc="upper left")
    return ax


def draw_certain_row(ax, ratio, curves, critical):
    """The best output for a certain row of the lighter class against the ratio of the weights."""
    for (eps, p), colour, dash in zip(curves.items(), COLOURS, DASHES, strict=False):
        ax.plot(ratio, p, color=colour, linestyle=dash, label=rf"$\varepsilon={eps:g}$")
        ax.plot(critical[eps], 0.5, marker="o", color=colour, linestyle="none")
    ax.axhline(0.5, color="#444444", linewidth=1.1, linestyle=(0, (1.5, 2.5)))
    ax.set(xscale="log", xlabel="ratio of the two weights", ylabel="best $p$ of the true class", ylim=(0, 1))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.legend()
    return ax


def draw_advice(ax, names, settings):
    """Balanced accuracy of each loss; `settings` maps a label to (mean, sd), one entry for each name."""
    place = np.arange(len(names))[::-1]
    for k, (label, (mean, sd)) in enumerate(settings.items()):
        height = place + 0.18 * (1 - k)
        ax.errorbar(mean, height, xerr=sd, fmt=MARKS[k], color=COLOURS[k], capsize=2, label=label)
    ax.axvline(0.5, color="#444444", linewidth=1.1, linestyle=(0, (1.5, 2.5)))
    ax.set_yticks(place, names)
    ax.set(xlabel="balanced accuracy")
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3, frameon=False)
    return ax


def draw_long_tail(ax, counts, recalls):
    """Recall of each class against its number of training rows, largest class first."""
    for k, (label, recall) in enumerate(recalls.items()):
        ax.plot(counts, recall, marker=MARKS[k], color=COLOURS[k], linestyle=DASHES[k], label=label)
    ax.set(xscale="log", xlabel="training rows of the class", ylabel="recall on the balanced test part")
    ax.set_xticks(counts, [str(n) for n in counts])
    ax.minorticks_off()
    ax.invert_xaxis()
    ax.legend(loc="lower left")
    return ax


def draw_coin_test(ax, rows, persons, ticks):
    """Two histograms of accuracy on coin labels; `ticks` maps a label to a value on the true labels."""
    bins = np.arange(0.2, 1.0001, 0.02)
    ax.hist(rows, bins, color=COLOURS[0], alpha=0.85, label="coins, split by recordings")
    ax.hist(persons, bins, color=COLOURS[1], alpha=0.6, hatch="//", label="coins, split by persons")
    top = ax.get_ylim()[1]
    for k, (label, value) in enumerate(ticks.items()):
        ax.vlines(value, 0, top * (1.17 - 0.13 * k), color="#222222", linewidth=1.2, linestyle=DASHES[k])
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.annotate(f"{label} ", (value - 0.005, top * (1.12 - 0.13 * k)), ha="right", va="center", bbox=box)
    ax.set(xlabel="accuracy of the nearest neighbour", ylabel="experiments", ylim=(0, top * 1.2))
    ax.legend(loc="center left", bbox_to_anchor=(0, 0.45))
    return ax


def draw_seed_strips(ax, values, printed, ylabel, line=None, jitter=0.28):
    """One dot for each seed, beside each loss; the printed value is a diamond, `line` a (label, height)."""
    for k, (name, cloud) in enumerate(values.items()):
        shift = np.random.default_rng(k).uniform(-jitter, jitter, len(cloud))
        ax.plot(k + shift, cloud, "o", color=COLOURS[k], markersize=3, alpha=0.45)
        ax.plot(k, printed[name], "D", color="black", markersize=8, markerfacecolor="white", markeredgewidth=1.8)
    if line is not None:
        ax.axhline(line[1], color="#222222", linestyle="--", linewidth=1.2, label=line[0])
        ax.legend(loc="lower left")
    ax.set_xticks(range(len(values)), values)
    ax.set(ylabel=ylabel, ylim=(-0.05, 1.05))
    return ax


def draw_agreement(ax, epochs, curves, ylabel="accuracy"):
    """A figure of merit against the epoch (logarithmic), one line for each name."""
    for k, (name, values) in enumerate(curves.items()):
        ax.plot(epochs, values, marker=MARKS[k], color=COLOURS[k], linestyle=DASHES[k], label=name)
    ax.set(xscale="log", xlabel="epochs", ylabel=ylabel)
    ax.set_xticks(epochs, [str(n) for n in epochs])
    ax.minorticks_off()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    return ax


def draw_persons(ax, score, who, y):
    """Scores of each person's recordings, persons sorted by their mean; healthy ones are triangles."""
    order = np.argsort([score[who == k].mean() for k in range(who.max() + 1)])
    for place, k in enumerate(order):
        takes = score[who == k]
        ill = y[who == k][0]
        ax.plot([place] * len(takes), takes, "o" if ill else "^", color=COLOURS[1 - ill], markersize=4, alpha=0.8)
    ax.axhline(0.5, color="#222222", linestyle="--", linewidth=1)
    for marker, colour, label in (("^", COLOURS[1], "labelled healthy"), ("o", COLOURS[0], "labelled ill")):
        ax.plot([], [], marker, color=colour, label=label)
    ax.set(xlabel="persons, sorted by mean score", ylabel="score of the ill class", ylim=(-0.03, 1.03))
    ax.legend(loc="lower right")
    return ax


def draw_roc(ax, curves, points):
    """Sensitivity against false alarms; `points` maps a label to (false alarms, sensitivity)."""
    return _curves_and_points(ax, curves, points, "false alarms among the healthy", "ill found", diagonal=True)


def draw_precision_recall(ax, curves, points, base):
    """Precision against recall; the base rate is the dotted line."""
    ax.axhline(base, color="#444444", linewidth=1.1, linestyle=(0, (1.5, 2.5)))
    return _curves_and_points(ax, curves, points, "recall", "precision")


def _curves_and_points(ax, curves, points, xlabel, ylabel, diagonal=False):
    for (label, (x, y)), colour, dash in zip(curves.items(), COLOURS, DASHES, strict=False):
        ax.plot(x, y, color=colour, linestyle=dash, label=label, drawstyle="steps-post")
    for k, (label, (x, y)) in enumerate(points.items()):
        look = {"markerfacecolor": "none", "markeredgewidth": 1.8, "markersize": 8 + 2 * (k == 1)}  # none hides another
        ax.plot(x, y, MARKS[k], color=COLOURS[k + 1], label=label, **look)
    if diagonal:
        ax.plot([0, 1], [0, 1], color="#444444", linewidth=1.1, linestyle=(0, (1.5, 2.5)))
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.02, 1.02), ylim=(0, 1.03))
    ax.legend(loc="lower right")
    return ax


def draw_reliability(ax, said, seen, counts):
    """Observed share against mean score, one circle for each bin; its area is the number of rows."""
    ax.plot([0, 1], [0, 1], color="#444444", linewidth=1.1, linestyle=(0, (1.5, 2.5)))
    ax.scatter(said, seen, s=4 * np.asarray(counts), color=COLOURS[0], alpha=0.75)
    ax.set(xlabel="mean score in the bin", ylabel="share labelled ill", xlim=(0, 1), ylim=(0, 1.02))
    return ax


def draw_cost_curves(ax, c, curves):
    """Mean cost of a recording against the price of a miss in false alarms."""
    for (label, cost), colour, dash in zip(curves.items(), COLOURS, DASHES, strict=False):
        ax.plot(c, cost, color=colour, linestyle=dash, label=label)
    ax.set(xscale="log", xlabel="price $c$ of a miss, in false alarms", ylabel="cost for a recording")
    ax.set_xticks([1, 2, 3, 5, 10], ["1", "2", "3", "5", "10"])
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    ax.legend(loc="lower right")
    return ax
