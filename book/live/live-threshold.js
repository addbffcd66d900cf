// The decision threshold on 195 recordings: exact counts of stored scores, and what a decision costs.
live("threshold", (data, ui) => {
  const { fixed } = ui;
  const ill = [...data.label].map(Number), n = ill.length, sick = d3.sum(ill);
  // columns: healthy persons first, each group in the order of the data
  const persons = d3.sort(d3.range(1 + d3.max(data.person)), (who) => ill[data.person.indexOf(who)] * 100 + who);
  const column = new Map(persons.map((who, k) => [who, k + 1]));
  const healthy = persons.filter((who) => !ill[data.person.indexOf(who)]).length;
  const grid = data.controls[1].values;

  const count = (scores, t) => {
    const found = d3.sum(scores, (p, i) => p > t && ill[i]), alarms = d3.sum(scores, (p) => p > t) - found;
    return { found, alarms, missed: sick - found, right: n - sick - alarms };
  };
  const cost = ({ missed, alarms }, c) => (c * missed + alarms) / n;

  return (at) => {
    const scores = data.scores[at.held], t = at.threshold, c = at.price, now = count(scores, t);
    const accuracy = (now.found + now.right) / n, balanced = (now.found / sick + now.right / (n - sick)) / 2;
    const price = cost(now, c), everybody = (n - sick) / n, nobody = (c * sick) / n, textbook = 1 / (1 + c);
    const curve = grid.map((u) => [u, cost(count(scores, u), c)]);
    const dots = scores.map((p, i) => ({ x: column.get(data.person[i]), y: p, ill: ill[i] }));
    const held = at.held === "person" ? "persons" : "recordings", times = ui.rows.price.texts[at.k.price];
    const verdict = price > everybody + 1e-12 ? "more than" : price < everybody - 1e-12 ? "less than" : "the same as";
    return {
      sentence: `Threshold ${fixed(t, 2)}, ${held} held out: ${now.found} found, ${now.alarms} false alarms, ${now.missed} missed, ${now.right} rightly healthy; accuracy ${fixed(accuracy, 3)}, balanced accuracy ${fixed(balanced, 3)}. At price ${times} a recording costs ${fixed(price, 3)}, ${verdict} calling everybody ill (${fixed(everybody, 3)}).`,
      rows: [["found, false alarms", now.found, now.alarms], ["missed, rightly healthy", now.missed, now.right], ["accuracy", fixed(accuracy, 3)],
        ["balanced accuracy", fixed(balanced, 3)], ["cost of a recording", fixed(price, 3)], ["everybody ill", fixed(everybody, 3)],
        ["nobody ill", fixed(nobody, 3)], ["textbook threshold 1/(1+c)", fixed(textbook, 3)]],
      texts: { threshold: fixed(t, 2), price: times },
      numbers: { ...now, accuracy, balanced, price, everybody, curve },
      pictures: [{
        label: `Scores by person, ${held} held out, threshold ${fixed(t, 2)}: ${now.missed} marks of ill persons below it, ${now.alarms} of healthy ones above it.`,
        paint: (width) => Plot.plot({
          width, height: Math.min(320, 0.85 * width), marginLeft: 44, marginBottom: 40, marginTop: 30, style: ui.style,
          x: { label: `person (1 to ${healthy} healthy, then ill)`, domain: [0.3, persons.length + 0.7], ticks: 6 }, y: { label: "score", domain: [0, 1] },
          marks: [
            Plot.ruleX([healthy + 0.5], { stroke: "currentColor", strokeDasharray: "2 3" }),
            Plot.ruleY([t], { stroke: "currentColor", strokeWidth: 2 }),
            Plot.dot(dots.filter((d) => d.ill), { x: "x", y: "y", r: 2.6, fill: "var(--gn-live-1)" }),
            Plot.dot(dots.filter((d) => !d.ill), { x: "x", y: "y", r: 3.2, symbol: "triangle", stroke: "var(--gn-live-2)", strokeWidth: 1.5 }),
          ],
        }),
      }, {
        label: `Cost of a recording against the threshold at price ${times}: ${fixed(price, 3)} at ${fixed(t, 2)}, ${verdict} calling everybody ill, ${fixed(everybody, 3)}.`,
        paint: (width) => Plot.plot({
          width, height: Math.min(320, 0.85 * width), marginLeft: 44, marginBottom: 40, marginTop: 30, style: ui.style,
          x: { label: "threshold t", domain: [0, 1] }, y: { label: "cost", domain: [0, 1.1 * Math.max(everybody, d3.max(curve, (point) => point[1]))] },
          marks: [
            Plot.ruleY([everybody], { stroke: "currentColor", strokeDasharray: "6 4" }),
            Plot.text(["everybody ill"], { x: 1, y: everybody, dy: 10, textAnchor: "end", fill: "currentColor", stroke: "var(--gn-live-paper)", strokeWidth: 4 }),
            nobody < 1.1 * d3.max(curve, (point) => point[1]) ? Plot.ruleY([nobody], { stroke: "currentColor", strokeDasharray: "2 3" }) : null,
            Plot.tickX([textbook], { y: null, insetTop: 0, stroke: "var(--gn-live-2)", strokeDasharray: "6 4", strokeWidth: 2 }),
            Plot.text(["1/(1+c)"], { x: textbook, frameAnchor: "bottom", dx: textbook > 0.5 ? -26 : 26, dy: -8, fill: "currentColor" }),
            Plot.line(curve, { stroke: "var(--gn-live-1)", strokeWidth: 2.5, curve: "step-after" }),
            Plot.dot([[t, price]], { r: 6, fill: "var(--gn-live-1)", stroke: "currentColor" }),
          ],
        }),
      }],
    };
  };
});
