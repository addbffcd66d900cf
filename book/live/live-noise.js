// Sharpness against noise on the step model with the cut 0.3; every point is a stored number of the package.
live("noise", (data, ui) => {
  const { fixed } = ui;
  const values = data.controls[0].values, [[power, factor]] = data.series, reach = 0.2, bins = 80;
  const laws = { // root mean squares of the parts
    bias: (eps) => factor * eps ** power,
    flat: (eps, a) => Math.sqrt((3 * Math.PI / 32) * a),
    sharp: (eps, a) => Math.sqrt((16 / 105) * a * a / eps),
  };
  const stack = (errors) => {
    const height = new Map();
    return errors.map((error) => {
      const k = Math.max(0, Math.min(bins - 1, Math.floor((error + reach) / (2 * reach) * bins)));
      height.set(k, (height.get(k) ?? -1) + 1);
      return [-reach + (k + 0.5) * 2 * reach / bins, height.get(k)];
    });
  };

  return (at) => {
    const { k, eps, rate } = at, m = Number(at.batch), a = rate / m;
    const row = data.table[k.batch][k.rate], [mean, spread, ...errors] = row[k.eps];
    const curve = row.map(([mu, s], i) => [values[i], Math.hypot(mu, s)]), error = curve[k.eps][1];
    const best = d3.minIndex(curve, (point) => point[1]);
    const place = k.eps === best ? "This is the best ε on the slider for this rate." : k.eps > best ? "Sharper would be better: the bias counts." : "Blunter would be better: the noise counts.";
    const ten = (n) => `10⁻${"⁰¹²³⁴⁵"[n]}`, text = ui.rows.eps.texts, small = (i) =>
      text[i].replace(/^([\d.]+)e-0(\d)$/, (_, digits, n) => (digits === "1" ? "" : `${digits}·`) + ten(n));
    const law = (f, name) => Plot.line(values.map((e) => [e, f(e, a)]), { stroke: "currentColor", strokeDasharray: name, strokeWidth: 1.4, clip: true });
    const outside = errors.filter((e) => Math.abs(e) > reach).length;
    return {
      sentence: `At ε = ${small(k.eps)}, rate ${rate}, batch ${m}: mean error ${fixed(mean)}, spread ${fixed(spread)}, root mean square error ${fixed(error)}. ${place}`,
      rows: [["ε", small(k.eps)], ["α / m", fixed(a, 6)], ["error of the maximiser", fixed(data.bias[k.eps], 5)], ["mean error", fixed(mean)],
        ["spread", fixed(spread)], ["root mean square error", fixed(error)], ["best ε on the slider", small(best)]],
      texts: { eps: small(k.eps), rate: String(rate) },
      numbers: { mean, spread, error, best, laws: values.map((e) => [laws.bias(e), laws.flat(e, a), laws.sharp(e, a)]) },
      pictures: [{
        label: `Error against epsilon for rate ${rate}, batch ${m}: a bowl with its bottom near ${small(best)}; marker at ${small(k.eps)} with error ${fixed(error)}.`,
        paint: (width) => Plot.plot({
          width, height: Math.min(320, 0.85 * width), marginLeft: 58, marginBottom: 42, marginTop: 30, style: ui.style,
          x: { type: "log", label: "ε", domain: [1e-5, 10 ** -0.5], ticks: 5, tickFormat: (e) => ten(Math.round(-Math.log10(e))) },
          y: { type: "log", label: "root mean square error", domain: [0.002, 0.4], ticks: 4, tickFormat: "~g" },
          marks: [
            law(laws.bias, "2 3"), law(laws.flat, "7 4"), law(laws.sharp, "7 3 2 3"),
            Plot.line(curve, { stroke: "var(--gn-live-1)", strokeWidth: 2.5, clip: true }),
            Plot.dot([curve[k.eps]], { r: 6, fill: "var(--gn-live-1)", stroke: "currentColor" }),
            Plot.text(["dotted: bias\ndashed: noise\ndash-dot: too sharp"], { frameAnchor: "top", dx: 10, lineHeight: 1.3, fill: "currentColor" }),
          ],
        }),
      }, {
        label: `Where the cut is found: 41 equally likely errors with mean ${fixed(mean)} and spread ${fixed(spread)}${outside ? `, ${outside} of them outside the picture` : ""}.`,
        paint: (width) => Plot.plot({
          width, height: Math.min(320, 0.85 * width), marginLeft: 20, marginRight: 20, marginBottom: 42, marginTop: 30, style: ui.style,
          x: { label: "error θ − a₁ (each dot: 1/41)", domain: [-reach, reach], ticks: 5 }, y: { axis: null, domain: [-0.5, 26.5] },
          marks: [
            Plot.ruleX([0], { stroke: "var(--gn-live-2)", strokeWidth: 2, strokeDasharray: "6 4" }),
            Plot.ruleX([mean], { stroke: "currentColor", strokeWidth: 1.5, clip: true }),
            Plot.dot(stack(errors), { r: Math.min(3.2, (width - 40) / bins / 2), fill: "var(--gn-live-1)" }),
          ],
        }),
      }],
    };
  };
});
