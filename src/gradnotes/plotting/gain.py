"""Pictures of chapter 02: learned cuts, gain curves, the lemma, critical sizes, slopes."""

from __future__ import annotations

import numpy as np

from .style import COLOURS, DASHES

__all__ = ["draw_fates", "draw_gain_curves", "draw_gain_slopes", "draw_learned_cuts", "draw_overshoot"]


def draw_learned_cuts(ax, truth, learned):
    """Learned cut against true cut, one curve for each name of the dict `learned`; the diagonal is the ideal."""
    ax.plot(truth, truth, color="0.55", linewidth=1.2, linestyle=":", label="ideal")
    for k, (name, cuts) in enumerate(learned.items()):
        ax.plot(truth, cuts, color=COLOURS[k], linestyle=DASHES[k], label=name)
    ax.set_xlabel("true cut $a_1$")
    ax.set_ylabel(r"learned cut $\theta^*$")
    ax.set_aspect("equal")
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.02, 1.02)
    ax.legend(loc="upper left")
    return ax


def draw_gain_curves(ax, theta, curves):
    """The gain over theta for several truths; `curves`: (label, values, best cut, its gain, true cut, its gain)."""
    for k, (label, values, best, peak, truth, there) in enumerate(curves):
        ax.plot(theta, values, color=COLOURS[k], linestyle=DASHES[k], label=label)
        ax.plot(best, peak, "o", color=COLOURS[k], markersize=8, zorder=4)
        ax.plot(truth, there, "|", color=COLOURS[k], markersize=18, markeredgewidth=2.2, zorder=3)
    ax.plot([], [], "o", color="0.4", label="learned cut")
    ax.plot([], [], "|", color="0.4", markersize=14, markeredgewidth=2.2, linestyle="none", label="true cut")
    ax.set_xlabel(r"cut $\theta$")
    ax.set_ylabel(r"gain $G(\theta)$")
    ax.margins(y=0.12)
    return ax


def draw_overshoot(ax, x, values, u, v, at_u, at_v, at_sum):
    """phi, its arc up to v laid on the end of its arc up to u, and the gap above phi(u + v)."""
    x, values = np.asarray(x), np.asarray(values)
    second = x <= v
    ax.plot(x, values, color=COLOURS[0], linestyle=DASHES[0], label=r"$\varphi$")
    moved, raised = u + x[second], at_u + values[second]
    ax.plot(moved, raised, color=COLOURS[1], linestyle=DASHES[1], label="the same arc from its end")
    ax.plot([u, u + v], [at_u, at_sum], "o", color=COLOURS[0])
    ax.plot(u + v, at_u + at_v, "o", color=COLOURS[1])
    style = {"arrowstyle": "<->", "color": COLOURS[6], "linewidth": 1.5, "shrinkA": 4, "shrinkB": 4}
    ax.annotate("", (u + v, at_u + at_v), (u + v, at_sum), arrowprops=style)
    middle = (at_sum + at_u + at_v) / 2
    ax.annotate("gap > 0", (u + v, middle), xytext=(-8, 0), textcoords="offset points", ha="right", va="center")
    ax.set_xticks([0, u, u + v], ["0", "$u$", "$u+v$"])
    ax.set_yticks(
        [0, at_u, at_sum, at_u + at_v],
        ["0", r"$\varphi(u)$", r"$\varphi(u+v)$", r"$\varphi(u)+\varphi(v)$"],
    )
    ax.set_xlabel("$x$")
    ax.legend(loc="lower right")
    return ax


def draw_fates(ax, names, third, collapse, half):
    """For each phi, the sizes of the smaller class: case 3, lost without being in case 3, biased, up to balance."""
    third, collapse, rows = np.asarray(third), np.asarray(collapse), np.arange(len(names))[::-1]
    pieces = [
        (np.zeros_like(third), third, "lost, and case 3 says so", COLOURS[1], "///"),
        (third, collapse, "lost, and the source is silent", COLOURS[5], "..."),
        (collapse, np.full_like(third, half), "seen, but the cut is biased", COLOURS[4], ""),
    ]
    for left, right, label, colour, hatch in pieces:
        ax.barh(rows, right - left, 0.62, left, color=colour, hatch=hatch, edgecolor="white", label=label)
    ax.plot(np.full(len(rows), half), rows, "D", color=COLOURS[6], label="balance: the cut is right", linestyle="none")
    ax.set_yticks(rows, names)
    ax.set_xlim(0, half * 1.04)
    ax.set_ylim(-0.6, len(names) + 1.5)
    ax.set_xlabel("length $A$ of the smaller class, $L = 1$")
    ax.grid(axis="y", visible=False)
    ax.legend(loc="upper left", ncols=2, fontsize=9, handlelength=1.4, columnspacing=1.0)
    return ax


def draw_gain_slopes(ax, theta, slopes, xlabel=r"$\theta - a$"):
    """G' over theta, one curve for each name of the dict; above the zero line the gain rises."""
    for k, (name, values) in enumerate(slopes.items()):
        ax.plot(theta, values, color=COLOURS[k], linestyle=DASHES[k], label=name)
    ax.axhline(0, color="0.35", linewidth=1.1)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(r"slope $G'(\theta)$")
    ax.legend()
    return ax
