// Gradient descent with momentum; the recurrence runs here and is compared with stored paths of the package.
live("descent", (data, ui) => {
  const { fixed } = ui;
  const places = {
    hills: { f: (x) => x * x + 10 * Math.sin(x), slope: ([x]) => [2 * x + 10 * Math.cos(x)], start: [5], domain: [-6.5, 6.5], top: 50, low: -16 },
    bowl: { f: (x) => x * x, slope: ([x]) => [2 * x], start: [1], domain: [-1.6, 1.6], top: 2.5, low: -0.4 },
    valley: { f: (x, y) => (x * x + 10 * y * y) / 2, slope: ([x, y]) => [x, 10 * y], start: [3, 1], domain: [-4, 4] },
  };
  const size = (x) => Math.hypot(...x);

  // the package's rules: stop when the gradient is below 1e-3, after 1000 steps, or beyond 1e12 times the start
  function walk({ slope, start }, rate, momentum) {
    const path = [start], far = 1e12 * Math.max(1, size(start));
    let x = start, v = start.map(() => 0);
    for (let step = 0; ; step++) {
      const g = slope(x);
      if (size(g) < 1e-3) return { path, end: "gradient" };
      if (step === 1000) return { path, end: "max_steps" };
      v = v.map((old, i) => momentum * old + g[i]);
      x = x.map((old, i) => old - rate * v[i]);
      path.push(x);
      if (!(size(x) <= far)) return { path, end: "diverged" };
    }
  }
  const number = (x) => (Math.abs(x) > 1e6 ? `beyond ${x < 0 ? "−" : ""}1000000` : fixed(x, Math.abs(x) >= 1000 ? 1 : 4));
  const point = (x) => (x.length === 1 ? number(x[0]) : `(${x.map(number).join(", ")})`);
  const ends = { gradient: "converged", max_steps: "step limit", diverged: "diverged" };
  let run, timer = 0;

  function stop() {
    clearInterval(timer);
    timer = 0;
    ui.name("play", "Play");
  }
  ui.press("play", () => {
    const last = run.path.length - 1, stride = Math.ceil(last / 60);
    if (timer) {
      stop();
      ui.refresh(true, "step");
    } else if (ui.still.matches) {
      ui.set("step", last);
      ui.refresh(true, "step");
    } else {
      let k = ui.at().k.step < last ? ui.at().k.step : 0;
      ui.name("play", "Stop");
      timer = setInterval(() => {
        k = Math.min(last, k + stride);
        ui.set("step", k);
        if (k === last) stop();
        ui.refresh(k === last, "step");
      }, 80);
    }
  });

  return (at, changed) => {
    const place = places[at.place], flat = place.start.length === 1;
    if (changed !== "step") {
      if (timer) stop();
      run = walk(place, at.rate, at.momentum);
      ui.last("step", run.path.length - 1);
      ui.set("step", run.path.length - 1);
      at = ui.at();
    }
    const k = at.k.step, last = run.path.length - 1, x = run.path[k], g = size(place.slope(x));
    const until = run.path.findIndex((y) => size(y) > 60), shown = run.path.slice(0, Math.min(k + 1, until < 0 ? Infinity : until + 1));
    const whole = run.end === "gradient" ? `converged: ${last} steps, ${point(run.path[last])}`
      : run.end === "diverged" ? `diverged: after ${last} steps ${point(run.path[last])}` : `step limit: ${last} steps, ${point(run.path[last])}`;
    const [left, right] = place.domain;
    const line = flat ? d3.range(left, right + 1e-9, (right - left) / 300).map((u) => [u, place.f(u)]) : [];
    const dots = shown.map((u) => (flat ? [u[0], place.f(u[0])] : u));
    const here = flat ? [x[0], place.f(x[0])] : x, inside = size(x) < 60;
    const h = (right - left) / 12, tilt = flat ? place.slope(x)[0] : 0;
    const paths = [
      Plot.line(dots, { stroke: "var(--gn-live-2)", strokeWidth: 1.2, strokeOpacity: 0.8, clip: true }),
      Plot.dot(dots, { r: 2.5, fill: "var(--gn-live-2)", clip: true }),
      flat && inside ? Plot.link([0], { x1: x[0] - h, x2: x[0] + h, y1: here[1] - h * tilt, y2: here[1] + h * tilt, stroke: "currentColor", strokeWidth: 2, strokeDasharray: "5 3", clip: true }) : null,
      inside ? Plot.dot([here], { r: 6, fill: "var(--gn-live-2)", stroke: "currentColor", clip: true }) : null,
    ];
    return {
      sentence: `Walk ${whole}.` + (k < last ? ` Step ${k}: ${point(x)}, |gradient| ${number(g)}.` : ""),
      rows: [["rate, momentum", fixed(at.rate), fixed(at.momentum)], ["step", `${k} of ${last}`], ["place", point(x)], ["|gradient|", number(g)], ["end", ends[run.end]]],
      texts: { step: `${k} of ${last}`, momentum: fixed(at.momentum, 2), rate: fixed(at.rate, 3) },
      numbers: { steps: last, end: run.end, path: run.path.slice(0, 61), x },
      pictures: [{
        label: `Descent on ${at.place === "valley" ? "a long valley" : at.place === "bowl" ? "a bowl" : "two valleys"}, rate ${fixed(at.rate, 3)}, momentum ${fixed(at.momentum, 2)}: ${ends[run.end]} after ${last} steps, now step ${k} at ${point(x)}.`,
        paint: (width) => Plot.plot({
          width, height: Math.min(340, 0.75 * width), marginLeft: 46, marginBottom: 40, marginTop: 30, style: ui.style,
          x: { label: "x", domain: [left, right] },
          y: flat ? { label: "f(x)", domain: [place.low, place.top] } : { label: "y", domain: [-2, 2] },
          marks: flat ? [Plot.line(line, { stroke: "var(--gn-live-1)", strokeWidth: 2.5, clip: true }), ...paths]
            : [Plot.contour({ fill: null, stroke: "var(--gn-live-1)", strokeOpacity: 0.7, value: place.f, x1: left, x2: right, y1: -2, y2: 2, thresholds: [0.1, 0.5, 1.5, 3, 5, 8, 12, 18, 25], pixelSize: 4 }), ...paths],
        }),
      }],
    };
  };
});
