"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const media = byId("media");
  const timeline = byId("timeline");
  const arc = byId("arc");
  const apart = byId("apart");
  const face = byId("face");
  const fold = byId("fold");
  const charts = [timeline, apart, arc, face].filter(Boolean);
  const tip = byId("tip");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const FULL = Object.freeze([data.start, data.end]);
  const MAX_LANES = 6;
  const MARGIN = { left: 46, right: 16, top: 20, bottom: 30 };
  const state = {
    time: data.start,
    range: FULL,
    modality: data.modalities[0],
    subject: data.subjects.length === 1 ? data.subjects[0] : "all",
    playable: true,
    offset: data.offset,
  };

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const shownSubjects = () =>
    state.subject === "all" ? data.subjects.slice(0, MAX_LANES) : [state.subject];
  const rowsOf = (subject) => data.lanes[state.modality]?.[subject];

  function clock(seconds, decimals = 0) {
    const scale = 10 ** decimals;
    const whole = Math.round(Math.max(seconds, 0) * scale) / scale;
    const minutes = Math.floor(whole / 60);
    const rest = (whole % 60).toFixed(decimals).padStart(decimals ? 3 + decimals : 2, "0");
    if (minutes < 60) return `${minutes}:${rest}`;
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
  }

  /* ---- Drawing: rows to polygons ---- */

  /** Split rows into runs without a gap: pairs [first, last]. */
  function runs(rows, keep = () => true) {
    const found = [];
    for (let i = 0; i < rows.start.length; i++) {
      if (!keep(i)) continue;
      const last = found[found.length - 1];
      const joined = last && last[1] === i - 1 && rows.start[i] - rows.end[i - 1] <= data.tolerance;
      if (joined) last[1] = i;
      else found.push([i, i]);
    }
    return found;
  }

  /** Close the area between two curves over each run; null lifts the pen between runs. */
  function band(rows, pieces, lower, upper) {
    const x = [];
    const y = [];
    for (const [first, last] of pieces) {
      const steps = [[rows.start[first], first]];
      for (let i = first; i <= last; i++) steps.push([(rows.start[i] + rows.end[i]) / 2, i]);
      steps.push([rows.end[last], last]);
      for (const [time, i] of steps) x.push(time), y.push(upper(i));
      for (const [time, i] of steps.reverse()) x.push(time), y.push(lower(i));
      x.push(null), y.push(null);
    }
    return { x, y };
  }

  const legends = new Set(); // what of the patterns has its entry in a saved figure

  function laneTraces(rows, axis, legend) {
    const base = { type: "scatter", mode: "lines", fill: "toself", hoverinfo: "skip", yaxis: axis };
    const below = rows.start.map(() => 0);
    const pieces = runs(rows, (i) => rows.label[i] >= 0);
    const traces = data.emotions.map((emotion, k) => {
      const floor = below.slice();
      rows.p[k].forEach((value, i) => (below[i] += value / 1000));
      const shape = band(rows, pieces, (i) => floor[i], (i) => Math.min(below[i], 1));
      // Among many thin slices the lines between bands would hide the bands.
      const line = { width: rows.start.length > 500 ? 0 : 0.6, color: color("card") };
      return { ...base, ...shape, name: emotion, fillcolor: color(emotion), line, showlegend: legend };
    });
    return [...traces, ...abstentions(rows, base)];
  }

  /** Where there is no label no emotion is drawn, whatever the probabilities: a pattern says why. */
  function abstentions(rows, base) {
    const drawn = [["uncertain", "/", 0.14], ["overlap", "x", 0.14], ["crowd", ".", 0.24]];
    return drawn.flatMap(([name, shape, solidity]) => {
      const pieces = runs(rows, (i) => rows.label[i] < 0 && abstention(rows, i) === name);
      if (!pieces.length) return [];
      const label = name === "uncertain" ? name : data.reasons[data.several[name]];
      const legend = !legends.has(name);
      legends.add(name);
      return [{ ...base, ...band(rows, pieces, () => 0, () => 1), name: label, line: { width: 0 },
        fillcolor: color("grid"), showlegend: legend,
        fillpattern: { shape, size: 6, solidity, fgcolor: color("hatch"), bgcolor: color("grid") } }];
    });
  }

  const abstention = (rows, i) =>
    Object.keys(data.several).find((sound) => data.several[sound] === rows.why[i]) ?? "uncertain";

  const note = (text, x, y, extra) => ({
    text, x, y, xref: "paper", yref: "paper", showarrow: false,
    font: { size: 12.5, color: color("ink") }, xshift: extra.xanchor === "left" ? 6 : 0, ...extra,
  });

  function ticks() {
    const wanted = (state.range[1] - state.range[0]) / Math.max(timeline.clientWidth / 90, 3);
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
    const step = steps.find((each) => each >= wanted) ?? 14400;
    const values = [];
    const first = Math.ceil(state.range[0] / step - 1e-9);
    for (let i = first; i * step <= state.range[1] + 1e-9; i++) values.push(i * step);
    return { tickvals: values, ticktext: values.map((value) => clock(value, step < 1 ? 1 : 0)) };
  }

  function layout(height, lastAxis) {
    return {
      width: timeline.clientWidth,
      height,
      margin: { l: MARGIN.left, r: MARGIN.right, t: MARGIN.top, b: MARGIN.bottom },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: color("muted") },
      showlegend: false,
      hovermode: false,
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      annotations: [],
      xaxis: { range: [...state.range], ...ticks(), anchor: lastAxis, showgrid: false, zeroline: false,
        ticks: "outside", ticklen: 4, tickcolor: color("line"), linecolor: color("line") },
    };
  }

  const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false };

  /** Give `count` rows equal heights with a line of text above each; yields y domains, top first. */
  function* domains(count, height, space = 24) {
    const gap = space / (height - MARGIN.top - MARGIN.bottom);
    const each = (1 - gap * (count - 1)) / count;
    for (let i = 0; i < count; i++) {
      const top = 1 - i * (each + gap);
      yield [Math.max(top - each, 0), top];
    }
  }

  function drawTimeline() {
    const subjects = shownSubjects();
    const lane = [190, 190, 128][subjects.length] ?? 104;
    const height = MARGIN.top + MARGIN.bottom + subjects.length * lane + (subjects.length - 1) * 24;
    const figure = layout(Math.max(height, 120), `y${subjects.length > 1 ? subjects.length : ""}`);
    const traces = [];
    let legend = true;
    legends.clear();
    [...domains(Math.max(subjects.length, 1), figure.height)].forEach((domain, i) => {
      const suffix = i ? i + 1 : "";
      const rows = rowsOf(subjects[i]);
      figure[`yaxis${suffix}`] = { domain, range: [0, 1], fixedrange: true, zeroline: false, ticklabelstandoff: 4,
        tickvals: [0, 0.5, 1], ticktext: ["0", "", "100 %"], gridcolor: color("grid"), anchor: "x" };
      if (subjects[i]) {
        figure.annotations.push(note(`<b>${subjects[i]}</b>  ${data.notes[subjects[i]]}`, 0, domain[1],
          { xanchor: "left", yanchor: "bottom" }));
      }
      if (rows) traces.push(...laneTraces(rows, `y${suffix}`, legend)), (legend = false);
      else {
        traces.push({ x: [null], y: [null], yaxis: `y${suffix}`, showlegend: false, hoverinfo: "skip" });
        figure.annotations.push(note(emptyText(subjects[i]), 0.5, (domain[0] + domain[1]) / 2,
          { font: { size: 13, color: color("muted") } }));
      }
    });
    Plotly.react(timeline, traces, figure, CONFIG);
  }

  function emptyText(subject) {
    if (!subject) return "No expression was observed";
    return { face: "no face observed", voice: "no speech observed", fused: "not observed" }[state.modality];
  }

  function drawArc() {
    const name = state.subject === "all" && data.arcs.all ? "all" : shownSubjects()[0];
    const curves = data.arcs[name];
    byId("arc-name").textContent = !curves ? "" : name === "all" ? "of the whole recording" : `of ${name}`;
    const height = window.innerWidth < 560 ? 250 : 280;
    const figure = layout(height, "y2");
    const traces = [];
    [...domains(2, height, 36)].forEach((domain, i) => {
      const measure = ["valence", "arousal"][i];
      const suffix = i ? "2" : "";
      const reach = data.reach;
      figure[`yaxis${suffix}`] = { domain, range: [-reach, reach], fixedrange: true, anchor: "x", ticklabelstandoff: 4,
        tickvals: [-reach, 0, reach], ticktext: [`−${reach}`, "0", `+${reach}`],
        gridcolor: color("grid"), zerolinecolor: color("line"), zerolinewidth: 1 };
      const poles = { valence: "unpleasant − to pleasant +", arousal: "calm − to excited +" }[measure];
      figure.annotations.push(note(
        `<b>${measure[0].toUpperCase()}${measure.slice(1)}</b>  ${poles}`, 0, domain[1],
        { xanchor: "left", yanchor: "bottom" }));
      if (curves) traces.push(...arcTraces(curves, measure, `y${suffix}`));
      else traces.push({ x: [null], y: [null], yaxis: `y${suffix}` });
    });
    Plotly.react(arc, traces, figure, CONFIG);
  }

  function arcTraces(curves, measure, axis) {
    const [mean, lower, upper] = curves[measure];
    const points = { start: curves.time, end: curves.time };
    const pieces = [];
    lower.forEach((value, i) => {
      if (value === null) return;
      const last = pieces[pieces.length - 1];
      if (last && last[1] === i - 1) last[1] = i;
      else pieces.push([i, i]);
    });
    const turns = curves.turns.filter((turn) => turn.of === measure);
    const base = { type: "scatter", hoverinfo: "skip", yaxis: axis, showlegend: false };
    const shape = band(points, pieces, (i) => lower[i], (i) => upper[i]);
    return [
      { ...base, ...shape, mode: "lines", fill: "toself", line: { width: 0 }, opacity: 0.22,
        fillcolor: color(measure) },
      { ...base, x: curves.time, y: mean, connectgaps: false, mode: mean.length < 5 ? "lines+markers" : "lines",
        line: { width: 2.2, color: color(measure) }, name: measure },
      { ...base, x: turns.map((turn) => turn.time), y: turns.map((turn) => turn.value), mode: "markers",
        marker: { size: 8, color: color("card"), line: { width: 2, color: color(measure) },
          symbol: turns.map((turn) => (turn.kind === "maximum" ? "triangle-up" : "triangle-down")) } },
    ];
  }

  /* ---- Face against voice ---- */

  /** The one subject whose face and voice are compared: who is chosen, or of whom there is most. */
  const apartSubject = () => state.subject !== "all" ? state.subject
    : Object.keys(data.apart).reduce((most, each) => (apartSeconds(each) > apartSeconds(most) ? each : most));
  const apartSeconds = (subject) => {
    const { start, end } = data.apart[subject];
    return start.reduce((sum, from, i) => sum + end[i] - from, 0);
  };

  function drawApart() {
    if (!apart) return;
    const subject = apartSubject();
    const rows = data.apart[subject];
    const others = state.subject === "all" && Object.keys(data.apart).length > 1;
    byId("apart-name").textContent = `of ${subject}${others ? ", of whom there is most; choose others above" : ""}`;
    const figure = layout(130, "y");
    figure.yaxis = { range: [0, 1], fixedrange: true, anchor: "x", zeroline: false, ticklabelstandoff: 4,
      tickvals: [0, 0.5, 1], ticktext: ["0", "", "1 bit"], gridcolor: color("grid") };
    const base = { type: "scatter", mode: "lines", fill: "toself", hoverinfo: "skip", line: { width: 0 } };
    const bits = (i) => rows.bits[i] / 1000;
    const traces = !rows ? [{ x: [null], y: [null], hoverinfo: "skip" }] : [
      { ...base, ...steps(rows, () => true, bits), name: "usual", fillcolor: color("apart") },
      { ...base, ...steps(rows, (i) => rows.odd[i], bits), name: "further apart", fillcolor: color("odd") },
    ];
    if (!rows) figure.annotations.push(note("never seen and heard at once", 0.5, 0.5, { font: { size: 13, color: color("muted") } }));
    Plotly.react(apart, traces, figure, CONFIG);
  }

  /** One bar over the time of each row that is kept; null lifts the pen between them. */
  function steps(rows, keep, height) {
    const x = [];
    const y = [];
    rows.start.forEach((start, i) => {
      if (!keep(i)) return;
      x.push(start, start, rows.end[i], rows.end[i], null);
      y.push(0, height(i), height(i), 0, null);
    });
    return { x, y };
  }

  function showApartTip(event) {
    const time = timeAt(event, apart);
    const rows = data.apart[apartSubject()];
    tip.hidden = time === null || !rows || event.pointerType === "touch";
    if (tip.hidden) return;
    const i = rowAt(rows, time);
    const words = i < 0 ? ["not seen and heard at once"]
      : [`${(rows.bits[i] / 1000).toFixed(2)} bit`, ...(rows.odd[i] ? ["further apart than usual"] : [])];
    fillTip(event, `${clock(time, 1)}  face against voice`, words);
  }

  /* ---- A face: pose as lines, action units as a heat map ---- */

  const POSE = [
    { name: "yaw", dash: "solid", ways: ["to the person’s left", "to the person’s right"] },
    { name: "pitch", dash: "dash", ways: ["up", "down"] },
    { name: "roll", dash: "dot", ways: ["clockwise", "anticlockwise"] },
  ];

  /** The one subject whose face is shown. */
  const faceSubject = () =>
    state.subject === "all" ? data.subjects.find((subject) => data.faces[subject]) : state.subject;

  function poseTraces(rows) {
    const pieces = runs(rows);
    return POSE.map(({ name, dash }, k) => {
      const x = [];
      const y = [];
      for (const [first, last] of pieces) {
        for (let i = first; i <= last; i++) x.push((rows.start[i] + rows.end[i]) / 2), y.push(rows.pose[k][i] / 10);
        x.push(null), y.push(null);
      }
      return { type: "scatter", mode: rows.start.length < 5 ? "lines+markers" : "lines", x, y, name,
        line: { width: 1.8, dash, color: color(name) }, connectgaps: false, hoverinfo: "skip" };
    });
  }

  /** Columns between edges in time, with an empty one in each gap. */
  function unitTrace(rows) {
    const edges = [];
    const columns = [];
    rows.start.forEach((start, i) => {
      if (i && start - rows.end[i - 1] > data.tolerance) edges.push(rows.end[i - 1]), columns.push(null);
      edges.push(start), columns.push(i);
    });
    edges.push(rows.end[rows.end.length - 1]);
    const z = rows.units.map((unit) => columns.map((i) => (i === null ? null : unit[i] / 10)));
    return { type: "heatmap", x: edges, y: rows.units.map((_, k) => k), z, zmin: 0, zmax: 5, ygap: 2,
      yaxis: "y2", showscale: false, hoverinfo: "skip", colorscale: [[0, color("grid")], [1, color("unit")]] };
  }

  function drawFace() {
    if (!fold) return;
    const subject = faceSubject();
    const rows = data.faces[subject];
    byId("face-name").textContent = `of ${subject}`;
    if (!fold.open) return;
    const drawn = face.layout;
    const height = 330;
    const figure = layout(height, "y2");
    const units = data.units.length;
    const reach = [15, 30, 45, 60, 90, 180].find((each) => (rows?.pose.flat() ?? []).every((v) => Math.abs(v) <= 10 * each));
    const pose = 0.4;
    figure.yaxis = { domain: [1 - pose, 1], range: [-reach, reach], fixedrange: true, anchor: "x", ticklabelstandoff: 4,
      tickvals: [-reach, 0, reach], ticktext: [`−${reach}°`, "0°", `+${reach}°`],
      gridcolor: color("grid"), zerolinecolor: color("line"), zerolinewidth: 1 };
    figure.yaxis2 = { domain: [0, 1 - pose - 0.1], range: [units - 0.5, -0.5], fixedrange: true, anchor: "x",
      tickvals: data.units.map((_, k) => k), ticktext: data.units.map((name) => name.split(" ")[0]),
      ticks: "", ticklabelstandoff: 4, showgrid: false, zeroline: false };
    const names = POSE.map(({ name }) => `<span style="color:${color(name)}">${name}</span>`).join("  ");
    [[`<b>Head pose</b>  ${names}`, 1], ["<b>Action units</b>  from the person’s own neutral", 0.9 - pose]].forEach(([text, y]) =>
      figure.annotations.push(note(text, 0, y, { xanchor: "left", yanchor: "bottom" })));
    const empty = ["y", "y2"].map((yaxis) => ({ x: [null], y: [null], yaxis, hoverinfo: "skip" }));
    if (!rows) figure.annotations.push(note("no face observed", 0.5, 0.5, { font: { size: 13, color: color("muted") } }));
    Plotly.react(face, rows ? [...poseTraces(rows), unitTrace(rows)] : empty, figure, CONFIG);
    if (!drawn) face.on("plotly_relayout", onZoomed);
  }

  function draw() {
    byId("now").style.minHeight = "";
    drawTimeline();
    drawApart();
    drawArc();
    drawFace();
    place();
  }

  /* ---- Time: one playhead over all charts ---- */

  const heads = charts.map((chart) => {
    const head = document.createElement("div");
    head.className = "playhead";
    chart.after(head);
    const holder = document.createElement("div");
    holder.className = "holder";
    chart.before(holder);
    holder.append(chart, head);
    return head;
  });

  function place() {
    const width = timeline.clientWidth - MARGIN.left - MARGIN.right;
    const part = (state.time - state.range[0]) / (state.range[1] - state.range[0]);
    for (const head of heads) {
      head.hidden = part < -1e-6 || part > 1 + 1e-6;
      head.style.transform = `translateX(${MARGIN.left + part * width}px)`;
    }
    timeline.setAttribute("aria-valuenow", state.time.toFixed(1));
    timeline.setAttribute("aria-valuetext", clock(state.time, 1));
    byId("time").textContent = `At ${clock(state.time, 1)}, ${state.modality}`;
    showNow();
  }

  function follow() {
    const span = state.range[1] - state.range[0];
    if (state.time > state.range[1] || state.time < state.range[0]) setRange(state.time, state.time + span);
  }

  function timeAt(event, chart) {
    const box = chart.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    return part < -0.02 || part > 1.02 ? null
      : state.range[0] + clamp(part, 0, 1) * (state.range[1] - state.range[0]);
  }

  function seek(time) {
    state.time = clamp(time, ...FULL);
    if (state.playable) media.currentTime = state.time - state.offset;
    follow();
    place();
  }

  function setRange(low, high) {
    const span = clamp(high - low, Math.min(1, FULL[1] - FULL[0]), FULL[1] - FULL[0]);
    const start = clamp(low, FULL[0], FULL[1] - span);
    state.range = [start, start + span];
    const change = { "xaxis.range": [...state.range], ...Object.fromEntries(
      Object.entries(ticks()).map(([name, value]) => [`xaxis.${name}`, value])) };
    for (const chart of charts) if (chart.layout) Plotly.relayout(chart, change);
    place();
  }

  function zoom(factor) {
    const [low, high] = state.range;
    const center = state.time >= low && state.time <= high ? state.time : (low + high) / 2;
    const span = (high - low) * factor;
    const start = center - span * ((center - low) / (high - low));
    setRange(start, start + span);
  }

  let ticking = 0;
  function tick() {
    state.time = media.currentTime + state.offset;
    follow();
    place();
    if (media.paused) ticking = 0;
    else ticking = calm.matches ? setTimeout(tick, 250) : requestAnimationFrame(tick);
  }

  media.addEventListener("play", () => ticking || tick());
  for (const name of ["seeking", "seeked", "pause", "ended"]) media.addEventListener(name, () => ticking || tick());
  media.addEventListener("error", () => setPlayable(false));
  media.addEventListener("loadedmetadata", () => setPlayable(true));

  function setPlayable(playable) {
    state.playable = playable;
    media.hidden = !playable;
    byId("missing").hidden = playable;
    const wanted = state.time - state.offset;
    if (playable && Math.abs(media.currentTime - wanted) > 0.05) media.currentTime = wanted;
  }

  byId("choose").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (!file) return;
    // A recording counts from its beginning, a preview from that of the part it shows.
    state.offset = file.name === data.preview ? data.offset : 0;
    media.src = URL.createObjectURL(file);
  });

  /* ---- What is expressed at the playhead ---- */

  /** The last row that holds `time`, or -1. */
  function rowAt(rows, time) {
    let low = 0;
    let high = rows.start.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows.start[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low && time <= rows.end[low - 1] + 1e-3 ? low - 1 : -1;
  }

  function describe(subject, time) {
    const rows = rowsOf(subject);
    const i = rows ? rowAt(rows, time) : -1;
    if (i < 0) return { text: "not observed", values: null };
    const best = rows.label[i];
    const why = data.reasons[rows.why[i]] || "too little to tell";
    if (best < 0) return { text: abstention(rows, i) === "uncertain" ? `uncertain: ${why}` : why, values: null };
    const values = rows.p.map((column) => column[i] / 1000);
    return { text: data.emotions[best], values, best };
  }

  const panels = new Map();

  function buildNow() {
    const now = byId("now");
    now.replaceChildren();
    panels.clear();
    for (const subject of shownSubjects()) {
      const panel = document.createElement("div");
      const title = document.createElement("h3");
      const text = document.createElement("span");
      title.append(subject, text);
      const list = document.createElement("ul");
      const bars = data.emotions.map((emotion) => {
        const item = document.createElement("li");
        const track = document.createElement("span");
        const bar = document.createElement("i");
        const output = document.createElement("output");
        track.className = "track";
        bar.dataset.emotion = emotion;
        track.append(bar);
        item.append(emotion, track, output);
        list.append(item);
        return { item, bar, output };
      });
      panel.append(title, list);
      now.append(panel);
      panels.set(subject, { text, list, bars, shown: null });
    }
  }

  function showNow() {
    for (const [subject, panel] of panels) {
      const { text, values, best } = describe(subject, state.time);
      const key = `${text} ${values}`;
      if (panel.shown === key) continue;
      panel.shown = key;
      panel.text.textContent = panel.text.title = text;
      panel.list.hidden = !values;
      panel.bars.forEach(({ item, bar, output }, k) => {
        item.classList.toggle("top", k === best);
        bar.style.transform = `scaleX(${values ? values[k] : 0})`;
        output.textContent = values ? `${Math.round(values[k] * 100)} %` : "";
      });
    }
    // What has once had room keeps it, so that nothing jumps where somebody falls silent.
    const now = byId("now");
    now.style.minHeight = `${now.offsetHeight}px`;
  }

  /* ---- Pointer and keys ---- */

  function laneAt(event) {
    const axes = shownSubjects().map((_, i) => timeline._fullLayout[`yaxis${i ? i + 1 : ""}`]);
    const y = event.clientY - timeline.getBoundingClientRect().top;
    return shownSubjects()[axes.findIndex((axis) => axis && y >= axis._offset - 18 && y <= axis._offset + axis._length)];
  }

  function showTip(event) {
    const time = timeAt(event, timeline);
    const subject = time === null ? undefined : laneAt(event);
    tip.hidden = subject === undefined || event.pointerType === "touch";
    if (tip.hidden) return;
    const { text, values } = describe(subject, time);
    const top = values ? data.emotions.map((name, k) => [name, values[k]]).sort((a, b) => b[1] - a[1]).slice(0, 3) : [];
    fillTip(event, `${clock(time, 1)}  ${subject}: ${text}`,
      top.map(([name, value]) => `${name} ${Math.round(value * 100)} %`));
  }

  function showFaceTip(event) {
    const time = timeAt(event, face);
    const rows = data.faces[faceSubject()];
    tip.hidden = time === null || !rows || event.pointerType === "touch";
    if (tip.hidden) return;
    const i = rowAt(rows, time);
    const { _offset, _length } = face._fullLayout.yaxis2;
    const k = Math.floor((event.clientY - face.getBoundingClientRect().top - _offset) / _length * data.units.length);
    if (i < 0) fillTip(event, clock(time, 1), ["not observed"]);
    else if (data.units[k]) fillTip(event, data.units[k], [`${clock(time, 1)}: ${(rows.units[k][i] / 10).toFixed(1)} of 5`]);
    else fillTip(event, `${clock(time, 1)}  Head pose`, POSE.map(({ name, ways }, p) => {
      const degrees = Math.round(rows.pose[p][i] / 10);
      return `${name} ${Math.abs(degrees)}° ${degrees ? ways[+(degrees < 0)] : ""}`;
    }));
  }

  function fillTip(event, heading, lines) {
    const title = document.createElement("b");
    title.textContent = heading;
    tip.replaceChildren(title, ...lines.map((text) => {
      const line = document.createElement("small");
      line.textContent = text;
      return line;
    }));
    const box = tip.getBoundingClientRect();
    tip.style.left = `${clamp(event.clientX + 14, 8, innerWidth - box.width - 8)}px`;
    tip.style.top = `${clamp(event.clientY + 16, 8, innerHeight - box.height - 8)}px`;
  }

  for (const chart of charts) {
    let pressed = null;
    chart.addEventListener("pointerdown", (event) => (pressed = event), true);
    // Plotly covers the page while the button is down, hence the listener on the window.
    window.addEventListener("pointerup", (event) => {
      if (!pressed || event.button) return;
      const moved = Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY);
      pressed = null;
      const time = timeAt(event, chart);
      if (moved < 5 && time !== null) seek(time);
    }, true);
    window.addEventListener("pointercancel", () => (pressed = null), true);
  }
  timeline.addEventListener("pointermove", showTip);
  apart?.addEventListener("pointermove", showApartTip);
  face?.addEventListener("pointermove", showFaceTip);
  for (const chart of charts) chart.addEventListener("pointerleave", () => (tip.hidden = true));
  fold?.addEventListener("toggle", () => {
    drawFace();
    place();
  });

  function onZoomed(change) {
    const low = change["xaxis.range[0]"];
    if (low !== undefined) setRange(low, change["xaxis.range[1]"]);
  }

  const KEYS = {
    " ": () => state.playable && (media.paused ? media.play() : media.pause()),
    ArrowLeft: (event) => seek(state.time - (event.shiftKey ? 10 : 1)),
    ArrowRight: (event) => seek(state.time + (event.shiftKey ? 10 : 1)),
    Home: () => seek(FULL[0]),
    End: () => seek(FULL[1]),
    "+": () => zoom(0.5),
    "-": () => zoom(2),
    0: () => setRange(...FULL),
  };

  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, select, textarea, button, summary, pre");
    const act = KEYS[event.key];
    if (!act || busy || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(event);
  }, true);

  byId("zoom-in").addEventListener("click", () => zoom(0.5));
  byId("zoom-out").addEventListener("click", () => zoom(2));
  byId("zoom-fit").addEventListener("click", () => setRange(...FULL));
  byId("subject")?.addEventListener("change", (event) => {
    state.subject = event.target.value;
    buildNow();
    draw();
  });
  for (const input of document.querySelectorAll("input[name=modality]")) {
    input.addEventListener("change", () => {
      state.modality = input.value;
      draw();
    });
  }

  byId("save").addEventListener("click", async () => {
    for (const chart of charts) {
      if (chart === face && !fold.open) continue;
      const figure = { ...chart.layout, showlegend: chart === timeline, paper_bgcolor: color("card"),
        legend: { orientation: "h", y: -0.12 }, height: chart.layout.height + 50,
        margin: { ...chart.layout.margin, b: MARGIN.bottom + 50 } };
      await Plotly.downloadImage({ data: chart.data, layout: figure },
        { format: "svg", width: chart.clientWidth, height: figure.height, filename: `${data.name}-${chart.id}` });
    }
  });

  /* ---- Size, theme, paper ---- */

  let pending = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(draw);
  }).observe(timeline.parentElement);
  dark.addEventListener("change", draw);
  for (const [name, paper] of [["beforeprint", true], ["afterprint", false]]) {
    window.addEventListener(name, () => {
      document.documentElement.classList.toggle("paper", paper);
      draw();
    });
  }

  timeline.setAttribute("aria-valuemin", FULL[0]);
  timeline.setAttribute("aria-valuemax", FULL[1]);
  buildNow();
  draw();
  timeline.on("plotly_relayout", onZoomed);
  apart?.on("plotly_relayout", onZoomed);
  arc.on("plotly_relayout", onZoomed);
  if (media.error || !media.getAttribute("src")) setPlayable(false);
})();
