"""Pictures of chapters 03 and 04: losses, biases, chains, regimes; weights, batches, metrics, remedies."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import NullFormatter

from .style import COLOURS, DASHES

__all__ = [
    "draw_chains",
    "draw_dynamic_weight",
    "draw_lines",
    "draw_phases",
    "draw_remedies",
    "draw_sharpness_valley",
    "draw_stationary",
    "draw_tails",
    "draw_weight_curve",
]


def draw_lines(ax, x, curves, xlabel, ylabel, log=(False, False), lines=()):
    """One curve for each name of the dict; `lines`: (height, text) of dotted horizontal lines."""
    for k, (name, values) in enumerate(curves.items()):
        ax.plot(x, values, color=COLOURS[k], linestyle=DASHES[k], label=name)
    for height, text in lines:
        ax.axhline(height, color="0.35", linewidth=1.2, linestyle=":")
        ax.annotate(text, (0.99, height), xycoords=("axes fraction", "data"), xytext=(0, 3),
                    textcoords="offset points", ha="right", fontsize=10, color="0.2")  # fmt: skip
    ax.set_xscale("log" if log[0] else "linear")
    ax.set_yscale("log" if log[1] else "linear")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    if len(curves) > 1:
        ax.legend()
    return ax


def draw_sharpness_valley(ax, eps, theory, simulated, bias, floor, band):
    """Root mean square error against eps: the solve, the simulated points, the bias alone, the floor, the wide best."""
    ax.axvspan(*band, color=COLOURS[4], alpha=0.25, linewidth=0, label="within 10 % of the best")
    ax.plot(eps, theory, color=COLOURS[0], linestyle=DASHES[0], label="error of the iterates, computed")
    ax.plot(*simulated, "o", color=COLOURS[1], markersize=6, label="simulated")
    ax.plot(eps, bias, color=COLOURS[2], linestyle=DASHES[1], label="error of the minimum")
    ax.axhline(floor, color="0.35", linewidth=1.2, linestyle=":", label=r"$\sqrt{3\pi\alpha/32m}$")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(3e-4, 0.4)
    ax.set_xlabel(r"$\varepsilon$ (sharp on the left, blunt on the right)")
    ax.set_ylabel("root mean square error")
    ax.legend(loc="lower left", fontsize=9)
    return ax


def draw_tails(ax, scale, biases, laws):
    """Bias against scale, log-log, one line style for each activation; its law as a thin line of the same colour."""
    for k, (name, values) in enumerate(biases.items()):
        ax.plot(scale, laws[name], color=COLOURS[k], linewidth=4, alpha=0.3)
        ax.plot(scale, values, color=COLOURS[k], linestyle=DASHES[k], label=name)
    ax.plot([], [], color="0.5", linewidth=4, alpha=0.4, label="its law")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(1e-14, 0.5)
    ax.set_xticks([0.025, 0.05, 0.1, 0.2], ["0.025", "0.05", "0.1", "0.2"])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("scale $s$")
    ax.set_ylabel(r"bias $\delta=a_1-\theta^*$")
    ax.legend(loc="lower right", fontsize=9)
    return ax


def draw_chains(ax, path, truth, title):
    """A few chains over the steps, and the true cut."""
    for k, chain in enumerate(path.T):
        ax.plot(chain, color=COLOURS[k], linewidth=1.0)
    ax.axhline(truth, color="0.1", linewidth=1.2, linestyle="--")
    ax.set_title(title)
    ax.set_xlabel("step")
    ax.set_ylabel(r"cut $\theta$")
    return ax


def draw_stationary(ax, theta, densities, truth):
    """Stationary densities of the iterates, one for each name of the dict."""
    draw_lines(ax, theta, densities, r"cut $\theta$", "density")
    ax.axvline(truth, color="0.35", linewidth=1.2, linestyle=":")
    return ax


def draw_phases(ax, noise, eps, winner, names, best):
    """Which of the errors is the largest, over lr/m and eps: regions, and the best eps for some noises as dots."""
    line = np.exp(np.interp(np.log(noise), *np.log(best)))
    for k, name in enumerate(names):
        shown = np.where(winner == k, 1.0, np.nan)
        colour = (COLOURS[5], COLOURS[4], COLOURS[3], "#999999")[k]
        ax.contourf(noise, eps, np.nan_to_num(shown), levels=[0.5, 1.5], colors=[colour], alpha=0.45,
                    hatches=[("...", None, "///", "xx")[k]])  # fmt: skip
        region = (winner == k) & (eps[:, None] < line / 2)  # the name stays clear of the line
        rows, columns = np.nonzero(region if region.any() else winner == k)
        where = (np.exp(np.log(noise[columns]).mean()), np.exp(np.log(eps[rows]).mean()))
        box = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none"}
        ax.annotate(name, where, ha="center", va="center", bbox=box, fontsize=10)
    ax.plot(*best, "o-", color=COLOURS[6], linewidth=1.2, label=r"best $\varepsilon$")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(r"noise $\alpha/m$")
    ax.set_ylabel(r"$\varepsilon$")
    ax.legend(loc="lower right")
    return ax


def draw_weight_curve(ax, weights, cuts, truth, marks):
    """Learned cut against the weight of the positives; `marks`: (weight, cut, text) of the named ones."""
    ax.plot(weights, cuts, color=COLOURS[0])
    ax.axhline(truth, color="0.25", linewidth=1.2, linestyle="--", label="true cut")
    for k, (weight, cut, text) in enumerate(marks):
        ax.plot(weight, cut, ("o", "D", "s")[k], color=COLOURS[k + 1], markersize=9, label=text)
    ax.set_xscale("log")
    ax.set_xlabel(r"weight $\lambda$ of the positives")
    ax.set_ylabel(r"learned cut $\theta^*$")
    ax.legend(loc="upper left")
    return ax


def draw_remedies(ax, points):
    """Specificity against sensitivity; `points`: name -> two arrays over the splits; the mean, and the spread."""
    for k, (name, (specificity, sensitivity)) in enumerate(points.items()):
        marker = "osD^vP*"[k]
        ax.plot(specificity, sensitivity, marker, color=COLOURS[k], markersize=4, alpha=0.35)
        ax.plot(np.mean(specificity), np.mean(sensitivity), marker, color=COLOURS[k], markersize=11, label=name)
    ax.set_xlabel("specificity")
    ax.set_ylabel("sensitivity")
    ax.legend(loc="lower left", fontsize=9)
    return ax


def draw_dynamic_weight(ax, walks, exact):
    """A weight that adjusts itself, over the rounds, one walk for each name; the exact weights as dotted lines."""
    for k, (name, weights) in enumerate(walks.items()):
        ax.plot(weights, color=COLOURS[k], linestyle=DASHES[k], label=name)
        ax.axhline(exact[name], color=COLOURS[k], linewidth=1.0, linestyle=":")
    ax.set_yscale("log")
    ax.set_xlabel("round")
    ax.set_ylabel(r"weight $\lambda$")
    ax.legend(loc=(0.6, 0.2))
    return ax
