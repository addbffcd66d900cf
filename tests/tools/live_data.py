"""The numbers of the six live figures, computed by the package and stored in `book/live/<name>.json`.

    python tests/tools/live_data.py [--check] [NAME ...]

Each file holds the controls (a slider has exactly the values of the grid), the sentence that stands under the figure
without JavaScript, and reference values. `--check` compares and writes nothing; exit code 1 when one differs.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np

from gradnotes import tape, trace
from gradnotes.chains import ascend, stationary_law
from gradnotes.data import DataNotFound, parkinsons
from gradnotes.gain import PHIS, Algebraic, Regime, StepModel, sharpness_series
from gradnotes.optim import gradient_descent, iterates

FOLDER = Path(__file__).resolve().parents[2] / "book" / "live"


def control(name, label, values, start, kind="range", unit="", digits=4):
    """One control: `kind` is range, radio or select; `start` is the index of the value shown first."""
    values = [value if isinstance(value, str) else float(f"{value:.10g}") for value in values]
    texts = [v if isinstance(v, str) else f"{v:.{digits}g}" for v in values]
    row = {"name": name, "label": label, "kind": kind, "values": values, "texts": texts, "start": start}
    return row | ({"unit": unit} if unit else {})


def plain(x, digits=6):
    """Nested lists of numbers with that many decimals."""
    return np.round(np.asarray(x, dtype=float), digits).tolist()


# 1 ---------------------------------------------------------------------------------------------------------------


def activation(name: str, scale: float):
    return Algebraic(scale**2) if name == "algebraic" else PHIS[name](scale)


def gain() -> dict:
    cuts, scales = [round(0.05 * k, 2) for k in range(1, 20)], [10 ** (k / 8 - 1.5) for k in range(17)]
    best, kinds = [], []
    for name in PHIS:
        for cut in cuts:
            model = StepModel((0, cut, 1))
            phis = [activation(name, s) for s in scales]
            best.append([float(model.maximiser(phi)) for phi in phis])
            reports = [model.regime(phi) for phi in phis]
            kinds.append("".join(f"{list(Regime).index(r.kind)}{r.case or 0}" for r in reports))
    best = np.reshape(best, (len(PHIS), len(cuts), len(scales)))
    theta = [0.0, 0.17, 0.45, 0.8, 1.0]
    curves = [
        [plain(StepModel((0, 0.35, 1)).gain(np.array(theta), activation(n, scales[k])), 9) for k in (0, 8, 16)]
        for n in PHIS
    ]
    at = {(n, a1, k): best[list(PHIS).index(n), cuts.index(a1), k] for n in PHIS for a1 in cuts for k in range(17)}
    return {
        "controls": [
            control("cut", "true cut a₁", cuts, 8),
            control("phi", "activation φ", list(PHIS), 0, "radio"),
            control("scale", "scale s of φ (small is sharp)", scales, 12, digits=3),
        ],
        "words": (
            f"For arctan with scale 1 and the true cut at 0.45 the gain is largest at {at['arctan', 0.45, 12]:.3f}, a "
            f"bias of {0.45 - at['arctan', 0.45, 12]:.3f}; with the true cut at 0.4 it is largest at "
            f"{at['arctan', 0.4, 12]:g}, the border, and the smaller class is ignored. Sharpening brings the cut "
            f"back: with scale 0.1 and the true cut at 0.3 the bias is {0.3 - at['arctan', 0.3, 4]:.4f}."
        ),
        "maximiser": plain(best),
        "kinds": np.reshape(kinds, (len(PHIS), len(cuts))).tolist(),
        "check": {"cut": 0.35, "theta": theta, "scale": [0, 8, 16], "gain": curves},
    }


# 2 ---------------------------------------------------------------------------------------------------------------

VALLEY = np.array([1.0, 10.0])  # curvatures of the long valley
ROOTS = np.sqrt(VALLEY)
TUNED = (4 / ROOTS.sum() ** 2, (np.diff(ROOTS)[0] / ROOTS.sum()) ** 2)  # rate and momentum, the best pair for it
LANDSCAPES = {
    "hills": (lambda x: 2 * x + 10 * np.cos(x), 5.0),
    "bowl": (lambda x: 2 * x, 1.0),
    "valley": (lambda x: VALLEY * x, np.array([3.0, 1.0])),
}
PRESETS = [
    ("hills", 0.1, 0.0), ("hills", 0.1, 0.3), ("hills", 0.1, 0.8), ("hills", 0.1, 0.9), ("hills", 0.05, 0.9),
    ("bowl", 0.1, 0.0), ("bowl", 1.1, 0.0),
    ("valley", 0.1, 0.0), ("valley", 2 / 11, 0.0), ("valley", *TUNED), ("valley", 0.21, 0.0), ("valley", 0.39, 0.9),
]  # fmt: skip


def descent() -> dict:
    rates = [0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.12, 0.15, 2 / 11, 0.19, 0.2, 0.21, TUNED[0], 0.25, 0.3,
             0.34, 0.37, 0.38, 0.39, 0.5, 0.9, 1.0, 1.1]  # fmt: skip
    momenta = sorted([round(0.05 * k, 2) for k in range(20)] + [TUNED[1]])
    runs = []
    for name, lr, momentum in PRESETS:
        slope, start = LANDSCAPES[name]
        path = gradient_descent(slope, start, lr=lr, momentum=momentum)
        shown = np.reshape(path.x[:61], (min(61, path.steps + 1), -1))
        close = [[float(f"{v:.9g}") for v in row] for row in shown]
        runs.append([name, rates.index(lr), momenta.index(momentum), path.steps, path.stop_reason, close])
    slope, start = LANDSCAPES["hills"]
    still, ball = (gradient_descent(slope, start, momentum=g) for g in (0.0, 0.9))
    calm, wild = (gradient_descent(*LANDSCAPES["valley"], lr=lr) for lr in (0.19, 0.21))
    assert calm.converged and abs(wild.x[-1]).max() > 1e6
    return {
        "controls": [
            control("place", "landscape", ["hills", "bowl", "valley"], 0, "select")
            | {"texts": ["two valleys: x² + 10 sin x", "a bowl: x²", "a long valley: (x² + 10 y²)/2"]},
            control("rate", "learning rate η", rates, 6),
            control("momentum", "momentum γ", momenta, 0),
            control("step", "step", [], 0),
            control("play", "Play", ["Play"], 0, "button"),
        ],
        "words": (
            f"With rate 0.1 plain descent from 5 stops in the shallow valley at {still.x[-1]:.4f} after {still.steps} "
            f"steps; with momentum 0.9 it rolls on and comes to rest at {ball.x[-1]:.4f} after {ball.steps}. In the "
            f"long valley a rate of 0.19 converges, after {calm.steps} steps, and 0.21 diverges."
        ),
        "runs": runs,
        "fiftieth": float(iterates(*LANDSCAPES["bowl"], 50, lr=1.1)[-1]),
    }


# 3 ---------------------------------------------------------------------------------------------------------------

RATES, BATCHES, EPS = [0.0003, 0.001, 0.003, 0.01], [1, 8], [10 ** (-5 + 0.1875 * k) for k in range(25)]
NOISE = StepModel((0, 0.3, 1))
SHARES = np.linspace(0.0125, 0.9875, 41)


def noise_at(batch: int, rate: float, eps: float) -> list[float]:
    """Mean error, spread and 41 quantiles of the stationary error theta - a_1; batches of one need no dice."""
    phi = Algebraic(eps)
    if batch == 1:
        law = stationary_law(NOISE, phi, lr=rate, size=801)
        total = np.maximum.accumulate(np.cumsum(law.probability))
        mean, spread, quantiles = law.mean, math.sqrt(law.variance), np.interp(SHARES, total, law.theta)
    else:
        start = np.full(600, NOISE.maximiser(phi))
        run = ascend(NOISE, phi, lr=rate, batch_size=batch, steps=4000, chains=600, rng=3, start=start, keep=600)
        mean, spread = run.mean, math.sqrt(run.variance)
        quantiles = np.quantile(run.path[2000::100], SHARES)
    return plain([mean - 0.3, spread, *(quantiles - 0.3)], 5)


def noise() -> dict:
    table = [[[noise_at(m, rate, eps) for eps in EPS] for rate in RATES] for m in BATCHES]
    bias = [float(-NOISE.bias(Algebraic(eps))) for eps in EPS]
    square = np.hypot(np.array(table)[..., 0], np.array(table)[..., 1])
    best = int(square[0, 1].argmin())
    good = np.flatnonzero(square[0, 1] < 1.1 * square[0, 1, best])
    return {
        "controls": [
            control("eps", "ε = s² of φ (small is sharp)", EPS, 16, digits=2),
            control("rate", "learning rate α", RATES, 1),
            control("batch", "batch m", ["1", "8"], 0, "radio"),
        ],
        "words": (
            f"With rate 0.001 and batches of one, of all values on the slider ε = {EPS[best]:.2g} has the smallest "
            f"root mean square error, {square[0, 1, best]:.4f}; from {EPS[good[0]]:.2g} to {EPS[good[-1]]:.2g} it is "
            f"at most a tenth larger. At ε = {EPS[21]:.2g} the bias alone is {abs(bias[21]):.3f}; at 0.00001 the "
            f"spread is {table[0][1][0][1] / table[0][1][16][1]:.0f} times that at 0.01."
        ),
        "bias": plain(bias, 9),
        "table": table,
        "series": [[float(power), float(c)] for power, c in sharpness_series(NOISE, order=1)],
    }


# 4 ---------------------------------------------------------------------------------------------------------------


def example(x1, x2):
    """The formula of the chapter's tables."""
    return tape.log(x1) + x1 * x2 - tape.sin(x2)


def graph() -> dict:
    points, traces = [(2.0, 5.0), (0.5, 1.0)], []
    for x in points:
        runs = [trace.forward(example, x, (1.0, 0.0)), trace.forward(example, x, (0.0, 1.0)), trace.reverse(example, x)]
        traces.append([[plain([row.value, row.derivative], 9) for row in run.rows] for run in runs])
    run = trace.reverse(example, points[0])
    (first, second), y = traces[0][2][0:2], traces[0][2][-1][0]
    return {
        "controls": [
            control("mode", "mode", ["forward1", "forward2", "reverse"], 2, "select")
            | {"texts": ["forward, seed on x₁", "forward, seed on x₂", "reverse"]},
            control("point", "point (x₁, x₂)", ["(2, 5)", "(0.5, 1)"], 0, "radio"),
            control("step", "step", [], 0),
            control("back", "Back", ["Back"], 0, "button"),
            control("next", "Step", ["Step"], 0, "button"),
        ],
        "words": (
            f"At (2, 5) the value is {y:.3f}. One reverse sweep gives both derivatives, {first[1]:.3f} and "
            f"{second[1]:.3f}; forward mode needs a sweep for each. Two steps use x₂, the product and the sine, and "
            f"their reports are added: 2.0000 - {2 - second[1]:.4f} = {second[1]:.4f}."
        ),
        "points": points,
        "rows": [[row.name, row.expression] for row in run.rows],
        "edges": [[e.parent, e.child] for e in run.edges],
        "local": [[plain(e.local, 9) for e in trace.reverse(example, x).edges] for x in points],
        "traces": traces,
    }


# 5 ---------------------------------------------------------------------------------------------------------------


def focal() -> dict:
    import torch

    from gradnotes.torch_losses import FocalLoss, WeightedCrossEntropy, best_output, decision_threshold

    gammas, etas = [0.5 * k for k in range(11)], [k / 100 for k in range(1, 100)]
    ratios, smooth = [1 / 3, 0.5, 1, 2, 3, 118 / 38, 9, 19, 49], [0, 0.05, 0.1, 0.2]
    p = torch.tensor(etas, dtype=torch.float64)
    z = torch.stack([torch.zeros_like(p), torch.log(p / (1 - p))], dim=1)
    loss, best = [], []
    for gamma in gammas:
        one = FocalLoss([1.0, 1.0], gamma, "none")
        loss.append(plain(one(z, torch.ones(len(p), dtype=torch.int64)).numpy(), 7))
        best.append(plain(best_output(one, etas), 7))
    edge = [[decision_threshold(WeightedCrossEntropy([r, 1.0], e, "sum")) for e in smooth] for r in ratios]
    same = [decision_threshold(FocalLoss([3.0, 1.0], gamma)) for gamma in gammas]
    assert max(abs(t - 0.75) for t in same) < 1e-12
    return {
        "controls": [
            control("gamma", "focusing γ", gammas, 4),
            control("ratio", "weights α₀ : α₁", [float(f"{r:.10g}") for r in ratios], 4)
            | {"texts": ["1 : 3", "1 : 2", "1 : 1", "2 : 1", "3 : 1", "118 : 38", "9 : 1", "19 : 1", "49 : 1"]},
            control("smooth", "label smoothing (acts at γ = 0)", smooth, 0),
        ],
        "words": (
            f"γ changes confidence, not the decision: with weights 3 : 1 the threshold is {same[0]:.2f} for every γ "
            f"from 0 to 5. Smoothing does move it: with weights 118 : 38 from {edge[5][0]:.3f} to {edge[5][2]:.3f} at "
            f"smoothing 0.1, and with 49 : 1 to {edge[8][2]:.3f}, beyond 1, so that no share of the common class is "
            "ever enough."
        ),
        "loss": loss,
        "best": best,
        "threshold": plain(edge, 9),
    }


# 6 ---------------------------------------------------------------------------------------------------------------


def threshold() -> dict:
    from sklearn import linear_model, pipeline, preprocessing

    X, y, subject, _ = parkinsons()
    who = np.unique(subject, return_inverse=True)[1]

    def scores(units):
        p = np.empty(len(y))
        for k in range(units.max() + 1):
            logistic = linear_model.LogisticRegression(max_iter=5000)
            model = pipeline.make_pipeline(preprocessing.StandardScaler(), logistic).fit(X[units != k], y[units != k])
            p[units == k] = model.predict_proba(X[units == k])[:, 1]
        return p

    persons, rows = plain(scores(who), 4), plain(scores(np.arange(len(y))), 4)

    def count(t):
        ill = np.array(persons) > t
        return int((ill & (y == 1)).sum()), int((ill & (y == 0)).sum()), int((~ill & (y == 1)).sum())

    (_, alarms, misses), (_, alarms_25, misses_25) = count(0.5), count(0.25)
    healthy = int((y == 0).sum())
    cost = (3 * misses_25 + alarms_25) / len(y)
    prices = [0.2, 0.25, 1 / 3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7, 10]
    return {
        "controls": [
            control("held", "scores without the row's own", ["person", "recording"], 0, "radio"),
            control("threshold", "threshold t", [k / 100 for k in range(101)], 50),
            control("price", "price c of a miss, in false alarms", prices, 5, digits=2),
        ],
        "words": (
            f"At threshold 0.5 the model misses {misses} of {len(y) - healthy} recordings of ill persons and raises "
            f"{alarms} false alarms. If a miss costs as much as three false alarms, the threshold 1/4 costs "
            f"{cost:.3f} a recording, and calling everybody ill {healthy / len(y):.3f}."
        ),
        "label": "".join(map(str, y)),
        "person": who.tolist(),
        "scores": {"person": persons, "recording": rows},
    }


FIGURES = {f.__name__: f for f in (gain, descent, noise, graph, focal, threshold)}
CLOSE = {"noise": 5e-3, "threshold": 5e-3}  # a simulation, a fit; everything else agrees to 1e-6


def differences(old, new, tolerance: float, where: str = "") -> list[str]:
    """The places where two trees of JSON differ by more than `tolerance` (relative above 1)."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        return [d for key in old for d in differences(old[key], new[key], tolerance, f"{where}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [d for k, (a, b) in pairs for d in differences(a, b, tolerance, f"{where}[{k}]")]
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return [] if abs(old - new) <= tolerance * max(1, abs(old)) else [f"{where}: {old} is stored, {new} computed"]
    return [] if old == new else [f"{where}: {old!r} is stored, {new!r} computed"]


def stored(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def rebuilt(name: str) -> dict:
    """What the package says today, as JSON reads it back; a minus is a minus in the sentence."""
    data = FIGURES[name]()
    return json.loads(json.dumps(data | {"words": data["words"].replace(" -", " −")}))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *FIGURES], metavar="NAME", help="default: all six")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    options = parser.parse_args(argv)
    bad = failed = 0
    for name in options.names or FIGURES:
        path = FOLDER / f"{name}.json"
        try:
            fresh = rebuilt(name)
        except DataNotFound as missing:
            print(f"{name:<10} left as it is: {missing}")
            failed = 1
            continue
        found = differences(stored(name), fresh, CLOSE.get(name, 1e-6)) if path.is_file() else ["not there"]
        bad += bool(found)
        if found and not options.check:
            text = json.dumps(fresh, ensure_ascii=False, separators=(",", ":"))
            path.write_text(text.replace('],"', '],\n"').replace('},{"name"', '},\n{"name"') + "\n", encoding="utf-8")
        verdict = found[0] if found and options.check else f"written, {path.stat().st_size} bytes" if found else "same"
        print(f"{name:<10} {verdict}")
    return failed or int(bad > 0 and options.check)


if __name__ == "__main__":
    sys.exit(main())
