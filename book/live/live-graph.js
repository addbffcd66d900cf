// The computational graph of one formula, step by step; every number is a row of the package's traces.
live("graph", (data, ui) => {
  const { fixed } = ui;
  const places = { "v-1": [75, 34], v0: [245, 34], v1: [40, 130], v2: [160, 130], v3: [280, 130], v4: [95, 226], v5: [190, 306], y: [190, 386] };
  const names = { "v-1": "v₋₁", v0: "v₀", v1: "v₁", v2: "v₂", v3: "v₃", v4: "v₄", v5: "v₅", y: "y" };
  const texts = { "v-1": "x₁", v0: "x₂", v1: "ln v₋₁", v2: "v₋₁ · v₀", v3: "sin v₀", v4: "v₁ + v₂", v5: "v₄ − v₃", y: "v₅" };
  const order = data.rows.map((row) => row[0]);
  const edges = [...data.edges, ["v5", "y"]];
  const short = (x) => (x === null ? "" : fixed(x, 3));

  // the steps of a mode: [row, which columns it fills]
  const program = (reverse) => (reverse
    ? [...order.map((name) => [name, "value"]), ...[...order].reverse().map((name) => [name, "slope"])]
    : order.map((name) => [name, "both"]));

  const move = (by) => () => {
    const { k } = ui.at();
    ui.set("step", Math.max(0, Math.min(program(k.mode === 2).length, k.step + by)));
    ui.refresh(true, "step");
  };
  ui.press("next", move(1));
  ui.press("back", move(-1));

  return (at, changed) => {
    const { mode, point } = at.k, reverse = mode === 2, steps = program(reverse);
    ui.last("step", steps.length);
    if (changed === "mode" || changed === "reset") ui.set("step", 0);
    const now = ui.at().k.step, trace = data.traces[point][mode], what = reverse ? "adjoint" : "tangent";
    const state = Object.fromEntries(order.map((name) => [name, [null, null]]));
    steps.slice(0, now).forEach(([name, column]) => {
      const [value, slope] = trace[order.indexOf(name)];
      if (column !== "slope") state[name][0] = value;
      if (column !== "value") state[name][1] = slope;
    });
    const [current, column] = now ? steps[now - 1] : [null, null];
    const swept = now === steps.length;
    const local = (a, b) => { const e = data.edges.findIndex(([p, c]) => p === a && c === b); return e < 0 ? 1 : data.local[point][e]; };
    const users = current && reverse && column === "slope" ? edges.filter(([a]) => a === current) : [];
    const reports = users.map(([a, b]) => local(a, b) * trace[order.indexOf(b)][1]);
    const signed = (x, k) => (k && x < 0 ? ` − ${fixed(-x)}` : k ? ` + ${fixed(x)}` : fixed(x));
    const note = users.length > 1 ? ` ${names[current]} has two users, their reports are added: ${reports.map(signed).join("")} = ${fixed(reports[0] + reports[1])}.` : "";
    const sweeps = reverse ? "1 sweep gives both derivatives" : `sweep ${mode + 1} of the 2 that both derivatives need`;
    const done = reverse ? `the derivatives are ${short(trace[0][1])} and ${short(trace[1][1])}` : `y = ${short(trace[7][0])} and its derivative along x${mode ? "₂" : "₁"} is ${short(trace[7][1])}`;
    const told = !now ? `Start: ${at.mode === "reverse" ? "reverse mode" : "forward mode"}, ${sweeps}. Press Step.`
      : `Step ${now} of ${steps.length}: ${names[current]} = ${texts[current]}` + (column === "slope" ? `, its adjoint is ${short(state[current][1])}.`
        : ` has the value ${short(state[current][0])}` + (column === "both" ? ` and the tangent ${short(state[current][1])}.` : "."));

    function paint() {
      const svg = d3.create("svg").attr("viewBox", "0 0 320 424").attr("width", 320).attr("height", 424).attr("class", "gn-live-nodes");
      const back = reverse && column === "slope";
      for (const [a, b] of edges) {
        const [x1, y1] = places[a], [x2, y2] = places[b];
        const lit = back ? a === current : b === current;
        svg.append("line").attr("x1", x1).attr("y1", y1 + 23).attr("x2", x2).attr("y2", y2 - 23)
          .attr("stroke", lit ? "var(--gn-live-2)" : "currentColor").attr("stroke-width", lit ? 3.5 : 1.2).attr("stroke-opacity", lit ? 1 : 0.6)
          .attr("stroke-dasharray", lit && back ? "6 4" : null);
      }
      for (const name of order) {
        const [x, y] = places[name], [value, slope] = state[name];
        const node = svg.append("g").attr("data-node", name).attr("class", name === current ? "is-now" : value === null ? "is-dark" : "is-lit");
        node.append("rect").attr("x", x - 38).attr("y", y - 23).attr("width", 76).attr("height", 46).attr("rx", 8);
        const line = (text, dy, weight) => node.append("text").attr("x", x).attr("y", y + dy).attr("text-anchor", "middle").attr("font-weight", weight).text(text);
        line(value === null ? names[name] : `${names[name]} = ${short(value)}`, slope === null ? 5 : -4, 400);
        if (slope !== null) line(`${reverse ? "adj." : "tan."} ${short(slope)}`, 14, 600);
      }
      return svg.node();
    }
    return {
      sentence: told + note + (swept ? ` Done: ${done}; ${sweeps}.` : ""),
      head: ["", "step", "value", what],
      rows: order.map((name) => [names[name], texts[name], short(state[name][0]), short(state[name][1])]),
      now: current ? order.indexOf(current) : -1,
      texts: { step: `${now} of ${steps.length}` },
      numbers: { now, last: steps.length, state, reports, sweeps: reverse ? 1 : 2 },
      pictures: [{
        label: `Graph of the formula, ${reverse ? "reverse" : "forward"} mode, step ${now} of ${steps.length}` + (current ? `: ${names[current]} is ${column === "slope" ? `given the adjoint ${short(state[current][1])}` : `computed, ${short(state[current][0])}`}.` : ": nothing is computed yet."),
        paint,
      }],
    };
  };
});
