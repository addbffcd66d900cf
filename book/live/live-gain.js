// The gain of the step model on [0, 1] with one cut; the largest value and the case are the package's own numbers.
live("gain", (data, ui) => {
  const { fixed } = ui;
  const erf = (t) => { // series with positive terms, exact to the last digits
    const x = Math.min(Math.abs(t), 6);
    let term = x, sum = x;
    for (let n = 1; n < 120; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return (Math.sign(t) * 2 * sum * Math.exp(-x * x)) / Math.sqrt(Math.PI);
  };
  // the integral of phi from 0, for scale 1
  const integral = {
    arctan: (t) => (2 * t * Math.atan(t) - Math.log1p(t * t)) / Math.PI,
    algebraic: (t) => Math.sqrt(1 + t * t) - 1,
    tanh: (t) => Math.abs(t) + Math.log1p(Math.exp(-2 * Math.abs(t))) - Math.LN2,
    erf: (t) => t * erf(t) + Math.expm1(-Math.min(t * t, 900)) / Math.sqrt(Math.PI),
    softsign: (t) => Math.abs(t) - Math.log1p(Math.abs(t)),
  };
  const gain = (theta, cut, phi, s) => {
    const big = (x) => s * integral[phi](x / s);
    return big(theta) + big(1 - theta) - 2 * big(cut - theta);
  };
  const kinds = ["balanced: the learned cut is the true one", "interior: the rarer class loses",
    "collapsed: the rarer class is ignored"];
  const cases = ["between the cases", "case 1", "case 2", "case 3"];
  const grid = d3.range(0, 1.0001, 1 / 400);

  return (at) => {
    const { cut, phi, scale } = at;
    const p = data.controls[1].values.indexOf(phi);
    const best = data.maximiser[p][at.k.cut][at.k.scale];
    const [kind, which] = data.kinds[p][at.k.cut].slice(2 * at.k.scale, 2 * at.k.scale + 2);
    const bias = cut - best;
    const curve = grid.map((theta) => [theta, gain(theta, cut, phi, scale)]);
    const top = gain(best, cut, phi, scale), low = d3.min(curve, (point) => point[1]);
    const end = low - 0.08 * (d3.max(curve, (point) => point[1]) - low);
    const words = `${kinds[kind]} (${cases[which]}${which === "0" ? "" : " of the Proposition"})`;
    return {
      sentence: `The gain is largest at θ = ${fixed(best)}, the bias is ${fixed(bias)}; ${words}.`,
      rows: [["true cut a₁", fixed(cut, 2)], ["scale s", fixed(scale, 3)], ["maximiser", fixed(best)],
        ["bias", fixed(bias)], ["gain there", fixed(top)]],
      texts: { cut: fixed(cut, 2) },
      numbers: {
        best, bias, kind: Number(kind), which: Number(which),
        check: data.check.scale.map((k) => data.check.theta.map((theta) =>
          gain(theta, data.check.cut, phi, data.controls[2].values[k]))),
      },
      pictures: [{
        label: `Gain against theta for ${phi} with scale ${fixed(scale, 3)}: largest at ${fixed(best)}, true cut ${fixed(cut, 2)}, ${kinds[kind].split(":")[0]}.`,
        paint: (width) => Plot.plot({
          width, height: Math.min(340, 0.75 * width), marginLeft: 52, marginBottom: 40, marginTop: 30, style: ui.style,
          x: { label: "cut θ", domain: [0, 1] }, y: { label: "gain G(θ)", nice: true },
          marks: [
            Plot.ruleX([cut], { stroke: "var(--gn-live-2)", strokeWidth: 2, strokeDasharray: "6 4" }),
            Plot.line(curve, { stroke: "var(--gn-live-1)", strokeWidth: 2.5 }),
            Plot.dot([[best, top]], { r: 6, fill: "var(--gn-live-1)", stroke: "currentColor" }),
            Math.abs(bias) > 0.015 ? Plot.arrow([0], { x1: cut, x2: best, y1: end, y2: end, headLength: 8, stroke: "currentColor", strokeWidth: 1.5 }) : null,
            Math.abs(bias) > 0.12 ? Plot.text(["bias"], { x: (cut + best) / 2, y: end, dy: -9, fill: "currentColor", stroke: "var(--gn-live-paper)", strokeWidth: 4 }) : null,
            Plot.text(["a₁"], { x: cut, frameAnchor: "top", dx: cut < 0.9 ? 12 : -12, dy: 4, fill: "currentColor" }),
          ],
        }),
      }],
    };
  };
});
