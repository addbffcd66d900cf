// Focal and weighted losses of two classes: the loss of a row, and the best answer p* for every true share eta.
live("focal", (data, ui) => {
  const { fixed } = ui;
  const grid = d3.range(1, 100).map((k) => k / 100);
  const loss = (p, g) => -((1 - p) ** g) * Math.log(p);
  const pull = (p, g) => (1 - p) ** g * (1 - p - g * p * Math.log(p)); // |derivative| in the logit

  // the minimiser of eta a1 f(p) + (1 - eta) a0 f(1 - p), by bisection on its slope in the logit
  function answer(eta, ratio, gamma, smooth) {
    if (gamma === 0) {
      const one = (1 - smooth) * eta + smooth / 2, zero = ratio * ((1 - smooth) * (1 - eta) + smooth / 2);
      return one / (one + zero);
    }
    let low = -40, high = 40;
    for (let n = 0; n < 60; n++) {
      const middle = (low + high) / 2, p = 1 / (1 + Math.exp(-middle));
      if ((1 - eta) * ratio * pull(1 - p, gamma) > eta * pull(p, gamma)) high = middle;
      else low = middle;
    }
    return 1 / (1 + Math.exp(-low));
  }

  return (at) => {
    const { gamma, ratio } = at;
    ui.able("smooth", gamma === 0);
    const smooth = gamma === 0 ? at.smooth : 0, weights = ui.rows.ratio.texts[at.k.ratio];
    const edge = data.threshold[at.k.ratio][gamma === 0 ? at.k.smooth : 0], never = edge >= 1;
    // the loss of a class-0 row at one half; smoothing in torch's sense spreads a part over both weighted classes
    const half = ((1 - smooth) * ratio + (smooth / 2) * (ratio + 1)) * loss(0.5, gamma), best = grid.map((eta) => [eta, answer(eta, ratio, gamma, smooth)]);
    const sure = answer(0.754, ratio, gamma, smooth);
    const curve = (f) => grid.map((p) => [p, f(p, gamma)]);
    const where = never ? `the threshold is ${fixed(edge, 3)}: the common class is never chosen` : `class 1 is chosen when its share exceeds the threshold ${fixed(edge, 3)}`;
    const name = `γ ${fixed(gamma, 1)}, weights ${weights}` + (smooth ? `, smoothing ${smooth}` : "");
    const mark = (rows, options) => Plot.line(rows, { strokeWidth: 2.5, clip: true, ...options });
    const box = (width, options) => Plot.plot({ width, height: Math.min(320, 0.85 * width), marginLeft: 44, marginBottom: 40, marginTop: 30, style: ui.style, ...options });
    return {
      sentence: `With ${name}, ${where}. The loss of a class-0 row at one half is ${fixed(half)} (weight ${fixed(ratio, 2)}); the best answer for a share of 0.754 is ${fixed(sure, 3)}.`,
      rows: [["threshold", fixed(edge, 3)], ["loss of class 0 at 1/2", fixed(half)], ["|gradient| at 0.1, weight 1", fixed(pull(0.1, gamma), 3)],
        ["the same for cross-entropy", fixed(pull(0.1, 0), 3)], ["p* for η = 0.754", fixed(sure, 3)]],
      texts: { gamma: fixed(gamma, 1), ratio: weights },
      numbers: { edge, half, sure, pull: pull(0.1, gamma), loss: curve(loss).map((row) => row[1]), best: best.map((row) => row[1]) },
      pictures: [{
        label: `Loss of one row against the probability of its true class for gamma ${fixed(gamma, 1)}: it falls from infinity to 0, ${gamma ? "below cross-entropy, and almost flat near 1" : "and is cross-entropy"}.`,
        paint: (width) => box(width, {
          x: { label: "probability of the true class", domain: [0, 1] }, y: { label: "loss, weight 1, not smoothed", domain: [0, 3] },
          marks: [
            gamma ? mark(grid.map((p) => [p, loss(p, 0)]), { stroke: "currentColor", strokeWidth: 1.2, strokeDasharray: "2 3" }) : null,
            mark(curve(loss), { stroke: "var(--gn-live-1)" }),
            mark(curve(pull), { stroke: "var(--gn-live-2)", strokeDasharray: "7 4" }),
            Plot.text([`solid: loss\ndashed: |gradient|${gamma ? "\ndotted: cross-entropy" : ""}`], { frameAnchor: "top-right", lineHeight: 1.3, fill: "currentColor" }),
          ],
        }),
      }, {
        label: `Best answer against the true share of class 1 with weights ${weights}: ${never ? "it stays below one half, the common class is never chosen" : `it crosses one half at ${fixed(edge, 3)}`}.`,
        paint: (width) => box(width, {
          x: { label: "true share η of class 1", domain: [0, 1] }, y: { label: "best answer p*", domain: [0, 1] },
          marks: [
            Plot.line([[0, 0], [1, 1]], { stroke: "currentColor", strokeDasharray: "2 3", strokeWidth: 1.2 }),
            Plot.ruleY([0.5], { stroke: "currentColor", strokeDasharray: "2 3", strokeWidth: 1.2 }),
            mark(best, { stroke: "var(--gn-live-1)" }),
            edge <= 1 ? Plot.ruleX([edge], { y1: 0, y2: 0.5, stroke: "var(--gn-live-2)", strokeWidth: 2, strokeDasharray: "6 4" }) : null,
            edge <= 1 ? Plot.dot([[edge, 0.5]], { r: 6, fill: "var(--gn-live-2)", stroke: "currentColor" }) : null,
          ],
        }),
      }],
    };
  };
});
