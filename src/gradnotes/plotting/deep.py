"""Pictures of chapters 13 to 15: depth, batch normalisation, penalties."""

from __future__ import annotations

import numpy as np

from .style import COLOURS, DASHES

__all__ = [
    "draw_barcodes",
    "draw_coefficient_path",
    "draw_curve_bundles",
    "draw_depth_curves",
    "draw_fits",
    "draw_log_histograms",
    "draw_penalty_balls",
    "draw_seed_strip",
    "draw_shrinkage",
    "draw_validation",
]


def _style(k: int) -> dict:
    return {"color": COLOURS[k % len(COLOURS)], "linestyle": DASHES[k % len(DASHES)]}


def draw_depth_curves(ax, depth, curves: dict, ylabel: str, xlabel: str = "layer $\\ell$", dense: bool = False):
    """Positive sizes against depth on a logarithmic axis; `curves` maps labels to arrays like `depth`."""
    for k, (label, values) in enumerate(curves.items()):
        ax.semilogy(depth, values, label=label, marker="" if dense else "o", markersize=4, **_style(k))
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend()
    return ax


def draw_seed_strip(ax, groups: dict, xlabel: str, level: float | None = None, level_label: str = ""):
    """One row per group, one dot per seed, a bar at the median; `groups` maps labels to arrays."""
    for row, values in enumerate(groups.values()):
        values = np.sort(np.asarray(values, dtype=float))
        jitter = np.linspace(-0.22, 0.22, len(values))
        ax.plot(values, row + jitter, "o", markersize=4.5, alpha=0.75, color=COLOURS[row % len(COLOURS)])
        ax.plot([np.median(values)] * 2, [row - 0.36, row + 0.36], color="#000000", linestyle="-", linewidth=2.4)
    if level is not None:
        ax.axvline(level, color="#666666", linestyle="--", linewidth=1.2, label=level_label or None)
        if level_label:
            ax.legend(loc="best")
    ax.set_yticks(range(len(groups)), list(groups))
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_xlabel(xlabel)
    return ax


def draw_log_histograms(ax, samples: dict, xlabel: str, floor: float = -3.0):
    """Histograms of log10 of positive numbers; what is smaller than 10^floor, zero included, is in the first bin."""
    edges = np.linspace(floor - 0.25, 1.5, int((1.75 - floor) / 0.25) + 1)
    for k, (label, values) in enumerate(samples.items()):
        values = np.asarray(values, dtype=float)
        logs = np.log10(np.maximum(values, 10.0 ** (floor - 0.125)))
        share = np.histogram(logs, bins=edges)[0] / len(values)
        ax.step(edges, np.append(share, share[-1]), where="post", label=label, **_style(k))
    ax.set_xlabel(xlabel)
    ax.set_ylabel("share of networks")
    ax.legend()
    return ax


def draw_barcodes(axes, strips: dict):
    """One panel for each strip: rows are pictures, columns are hidden units, grey is the activation in [0, 1]."""
    for ax, (title, strip) in zip(axes, strips.items(), strict=True):
        ax.imshow(strip, aspect="auto", cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        ax.set_title(title)
        ax.set_xlabel("hidden unit")
        ax.set_yticks(range(len(strip)))
        ax.grid(False)
    axes[0].set_ylabel("digit shown")
    return axes


def draw_curve_bundles(ax, x, bundles: dict, xlabel: str, ylabel: str):
    """For each bundle thin lines, one per seed, and a thick median; `bundles` maps labels to (len(x), S)."""
    for k, (label, values) in enumerate(bundles.items()):
        values = np.asarray(values)
        ax.plot(x, values, color=COLOURS[k], linestyle="-", linewidth=0.7, alpha=0.45)
        ax.plot(x, np.median(values, axis=1), label=label, linewidth=3, **_style(k))
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
    return ax


def draw_fits(ax, points, grid, curves: dict, limits=(-2.2, 2.2)):
    """Points (x, y) and fitted curves on `grid`; `curves` maps labels to arrays like `grid`."""
    for k, (label, values) in enumerate(curves.items()):
        ax.plot(grid, values, label=label, **_style(k))
    ax.plot(*points, "ko", markersize=5.5, label="data")
    ax.set_ylim(limits)
    ax.set_xlabel("$x$")
    ax.set_ylabel("$y$")
    ax.legend(loc="upper right", ncols=2)
    return ax


def draw_penalty_balls(axes, centre, quadratic, touches: dict):
    """Level curves of a quadratic loss that touch the diamond ``|w|_1 = c`` and the circle ``|w|_2 = c``.

    `touches` maps "L1" and "L2" to the touching point; the loss is ``(w - centre)' quadratic (w - centre) / 2``.
    """
    grid = np.linspace(-1.6, 3.0, 241)
    W1, W2 = np.meshgrid(grid, grid)
    D = np.stack([W1 - centre[0], W2 - centre[1]], axis=-1)
    loss = np.einsum("...i,ij,...j->...", D, quadratic, D) / 2
    angle = np.linspace(0, 2 * np.pi, 200)
    for ax, (name, point) in zip(axes, touches.items(), strict=True):
        point = np.asarray(point, dtype=float)
        d = point - centre
        level = d @ quadratic @ d / 2
        ax.contour(W1, W2, loss, levels=[0.2 * level, 0.55 * level, level], colors=COLOURS[1], linewidths=1.3)
        if name == "L1":
            c = abs(point).sum()
            ax.fill([c, 0, -c, 0], [0, c, 0, -c], color=COLOURS[0], alpha=0.3)
        else:
            c = np.linalg.norm(point)
            ax.fill(c * np.cos(angle), c * np.sin(angle), color=COLOURS[0], alpha=0.3)
        ax.plot(*centre, "x", color="#000000", markersize=8, markeredgewidth=2)
        ax.plot(*point, "o", color="#000000", markersize=7)
        ax.axhline(0, color="#888888", linewidth=0.8)
        ax.axvline(0, color="#888888", linewidth=0.8)
        ax.set_aspect("equal")
        ax.set(xlim=(-1.2, 2.7), ylim=(-1.3, 1.6), xlabel="$w_1$", ylabel="$w_2$", title=name)
    return axes


def draw_shrinkage(ax, t, curves: dict):
    """What a penalty makes of the least-squares value t, against t itself (thin line)."""
    ax.plot(t, t, color="#888888", linewidth=1, label="no penalty")
    for k, (label, values) in enumerate(curves.items()):
        ax.plot(t, values, label=label, **_style(k))
    ax.set_xlabel("least-squares value $t$")
    ax.set_ylabel("penalised value $w$")
    ax.legend()
    return ax


def _apart(values, gap: float) -> np.ndarray:
    """Places in the order of `values`, at least `gap` apart, each bundle centred on its values."""
    order, bundles = np.argsort(values), []
    for v in np.sort(values):
        bundles.append([v])
        while len(bundles) > 1 and _foot(bundles[-1], gap) < _foot(bundles[-2], gap) + gap * len(bundles[-2]):
            bundles[-2:] = [bundles[-2] + bundles[-1]]
    places = np.empty(len(values))
    places[order] = np.concatenate([_foot(b, gap) + gap * np.arange(len(b)) for b in bundles])
    return places


def _foot(bundle, gap: float) -> float:
    return np.mean(bundle) - gap * (len(bundle) - 1) / 2


def draw_coefficient_path(ax, lambdas, coefs, names, marked=()):
    """Coefficients against lambda on a logarithmic axis that runs from strong to weak penalty.

    Names stand at the weak end, each tied to its curve; those in `marked` are drawn thick.
    """
    for k, (name, path) in enumerate(zip(names, np.transpose(coefs), strict=True)):
        ax.semilogx(lambdas, path, linewidth=3 if name in marked else 1.5, **_style(k))
    ends = np.transpose(coefs)[:, -1]
    low, high = min(ends.min(), np.min(coefs)), max(ends.max(), np.max(coefs))
    for k, place in enumerate(_apart(ends, 0.062 * (high - low))):
        colour = COLOURS[k % len(COLOURS)]
        ax.annotate(
            names[k], (lambdas[-1], ends[k]), xytext=(1.035, place), textcoords=("axes fraction", "data"), fontsize=10,
            va="center", color=colour, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 0},
        )  # fmt: skip
    ax.set_xlim(lambdas[0], lambdas[-1])
    ax.axhline(0, color="#888888", linewidth=0.8)
    ax.set_xlabel("penalty $\\lambda$ (strong on the left)")
    ax.set_ylabel("coefficient")
    return ax


def draw_validation(ax, lambdas, mean, error, chosen: dict):
    """Validation error with its standard error against lambda; `chosen` maps labels to lambdas."""
    ax.fill_between(lambdas, mean - error, mean + error, color=COLOURS[4], alpha=0.3, label="one standard error")
    ax.semilogx(lambdas, mean, color=COLOURS[0], label="mean over folds")
    for k, (label, lam) in enumerate(chosen.items(), start=1):
        ax.axvline(lam, label=label, **_style(k))
    ax.set_xlim(lambdas[0], lambdas[-1])
    ax.set_xlabel("penalty $\\lambda$ (strong on the left)")
    ax.set_ylabel("squared error")
    ax.legend()
    return ax
