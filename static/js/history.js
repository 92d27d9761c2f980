// The search's history: a mark for each trial, a step line for the best so far of all and
// of each algorithm, by trial or by time. Drawn once and then changed in place, so that
// zoom, hover and the legend's selection survive every update.
import { colors, config, hideDrawing, template } from "./chart-theme.js";
import { clock } from "./clock.js";
import { choice } from "./live/switch.js";
import { drawFolds } from "./live/folds.js";
import { paced } from "./live/pace.js";
import { about, onNews, points, start, style, title } from "./live/points.js";
import { drawSpread } from "./live/spread.js";
import { listMarks } from "./marks.js";

const chart = document.getElementById("history-chart");
const places = new Map(); // algorithm -> index of its marks; its line is the next one
const BEST = 0; // the best of all is the first trace, the interventions are the second
const MARKS = 1;
let waiting = new Set();
let unit = null;

const axis = choice("x", () => {
  if (places.size) redraw();
});

// --- Numbers ---------------------------------------------------------------------------

const UNITS = [
  { name: "h", size: 3600, from: 3 * 3600 },
  { name: "min", size: 60, from: 300 },
  { name: "s", size: 1, from: 0 },
];

function chooseUnit() {
  if (axis() !== "time") return null;
  let longest = 0;
  for (const { seconds } of points.values()) longest = Math.max(longest, seconds ?? 0);
  return UNITS.find(({ from }) => longest >= from);
}

function place(point) {
  return unit ? (point.seconds ?? 0) / unit.size : point.number;
}

function sorted(algorithm) {
  const found = [];
  for (const point of points.values()) {
    if (!algorithm || point.algorithm === algorithm) found.push(point);
  }
  return found.sort((a, b) => place(a) - place(b) || a.number - b.number);
}

function bestSoFar(found) {
  const better = about.greater_is_better ? Math.max : Math.min;
  const x = [];
  const y = [];
  for (const point of found) {
    const best = y.length ? better(y.at(-1), point.value) : point.value;
    // Where the line is flat, two ends say as much as all points between.
    if (y.length > 1 && best === y.at(-1) && best === y.at(-2)) x[x.length - 1] = place(point);
    else {
      x.push(place(point));
      y.push(best);
    }
  }
  return { x, y };
}

// --- Traces ----------------------------------------------------------------------------

const number = "%{customdata}";

function markTrace(algorithm) {
  const found = sorted(algorithm);
  const { color, symbol } = style(algorithm, colors().series);
  return {
    type: "scatter",
    mode: "markers",
    name: title(algorithm),
    legendgroup: algorithm,
    x: found.map(place),
    y: found.map((point) => point.value),
    customdata: found.map((point) => point.number),
    marker: { size: algorithm === "ensemble" ? 11 : 6, opacity: 0.7, symbol, color },
    hovertemplate: `Trial ${number}<br>${about.metric} %{y:.5~g}`,
  };
}

function lineTrace(algorithm) {
  return {
    type: "scatter",
    mode: "lines",
    name: `Best of ${title(algorithm)}`,
    legendgroup: algorithm,
    showlegend: false,
    ...bestSoFar(sorted(algorithm)),
    line: { shape: "hv", width: 1.2, color: style(algorithm, colors().series).color },
    hoverinfo: "skip",
  };
}

function bestTrace() {
  return {
    type: "scatter",
    mode: "lines",
    name: "Best so far",
    ...bestSoFar(sorted()),
    line: { shape: "hv", width: 2.5, color: colors().ink },
    hovertemplate: `Best so far<br>${about.metric} %{y:.5~g}`,
  };
}

// Interventions: who changed what, and when.
function marksData() {
  const began = Date.parse(about.began);
  const marks = about.marks ?? [];
  return {
    x: marks.map(({ number: n, at }) => (unit ? (Date.parse(at) - began) / 1000 / unit.size : n)),
    y: marks.map(() => 1),
    text: marks.map(({ at, text, who }) => {
      const when = clock(new Date(at));
      return `${text}<br>${who ? `${who}, ` : ""}${when}`;
    }),
  };
}

function marksTrace() {
  return {
    type: "scatter",
    mode: "markers",
    name: "Interventions",
    yaxis: "y2",
    ...marksData(),
    cliponaxis: false,
    visible: true,
    showlegend: false,
    marker: { symbol: "triangle-down", size: 11, color: colors().ink },
    hovertemplate: "%{text}<extra></extra>",
  };
}

// --- Layout ----------------------------------------------------------------------------

function note(text, more = {}) {
  return { text, showarrow: false, xref: "paper", yref: "paper", x: 0.5, y: 0.5, ...more };
}

// A line far away would press all points into one: then it is named at the edge.
function far() {
  if (typeof about.baseline !== "number" || points.size < 2) return "";
  let low = Infinity;
  let high = -Infinity;
  for (const { value } of points.values()) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (Math.max(low - about.baseline, about.baseline - high, 0) <= 2 * (high - low)) return "";
  return about.baseline < low ? "below" : "above";
}

function annotations() {
  if (!points.size) return [note("The first finished trial will appear here")];
  const where = far();
  if (!where) return [];
  const value = about.baseline.toLocaleString("en", { maximumSignificantDigits: 4 });
  const y = where === "below" ? 0 : 1;
  const yanchor = where === "below" ? "bottom" : "top";
  const text = `${where === "below" ? "↓" : "↑"} Baseline ${value}`;
  return [note(text, { x: 1, y, xanchor: "right", yanchor })];
}

function shapes() {
  const found = marksData().x.map((x) => ({
    type: "line",
    x0: x,
    x1: x,
    yref: "paper",
    y0: 0,
    y1: 1,
    line: { dash: "dot", width: 1, color: colors().muted },
  }));
  // What guessing without looking at the columns scores: the line to beat.
  if (typeof about.baseline === "number" && !far()) {
    found.push({
      type: "line",
      xref: "paper",
      x0: 0,
      x1: 1,
      y0: about.baseline,
      y1: about.baseline,
      line: { dash: "dash", width: 1.5, color: colors().ink },
      label: {
        text: "Baseline",
        textposition: "start",
        // Towards the points: on the other side the chart may end.
        yanchor: about.greater_is_better ? "bottom" : "top",
        font: { size: 11 },
      },
    });
  }
  return found;
}

function layout() {
  const visible = points.size > 0; // axes over nothing would mean nothing
  return {
    template: template(),
    autosize: true,
    uirevision: unit ? unit.name : "trial",
    hovermode: "closest",
    xaxis: {
      title: { text: unit ? `Time since the start (${unit.name})` : "Trial" },
      // Ten trials at least, or the axis would count in halves.
      autorangeoptions: { include: unit ? [0] : [0, 9] },
      zeroline: false,
      visible,
    },
    yaxis: { title: { text: about.metric }, visible },
    yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
    annotations: annotations(),
    shapes: shapes(),
  };
}

// --- Drawing ---------------------------------------------------------------------------

let said = "";

function surroundings() {
  return JSON.stringify([about.baseline, about.marks, far(), points.size > 0]);
}

function redraw() {
  unit = chooseUnit();
  const named = [...Object.keys(about.algorithms)];
  for (const { algorithm } of points.values()) {
    if (!named.includes(algorithm)) named.push(algorithm);
  }
  const traces = [bestTrace(), marksTrace()];
  places.clear();
  for (const algorithm of named) {
    places.set(algorithm, traces.length);
    traces.push(markTrace(algorithm), lineTrace(algorithm));
  }
  waiting = new Set();
  said = surroundings();
  return window.Plotly.react(chart, traces, layout(), config).then(hideDrawing);
}

function change() {
  const strange = [...(waiting ?? [])].some((algorithm) => !places.has(algorithm));
  if (waiting === null || strange || unit !== chooseUnit()) return redraw();
  const now = surroundings();
  const around = now === said ? {} : surround();
  said = now;
  const data = { x: [], y: [], customdata: [] };
  const indices = [];
  const put = (index, { x, y, customdata = [] }) => {
    indices.push(index);
    data.x.push(x);
    data.y.push(y);
    data.customdata.push(customdata);
  };
  for (const algorithm of waiting) {
    const mark = markTrace(algorithm);
    put(places.get(algorithm), mark);
    put(places.get(algorithm) + 1, lineTrace(algorithm));
  }
  if (waiting.size) put(BEST, bestSoFar(sorted()));
  waiting = new Set();
  if (indices.length) return window.Plotly.update(chart, data, around, indices);
  if (Object.keys(around).length) return window.Plotly.relayout(chart, around);
}

function surround() {
  const { x, y, text } = marksData();
  window.Plotly.restyle(chart, { x: [x], y: [y], text: [text] }, [MARKS]);
  const visible = points.size > 0;
  return {
    annotations: annotations(),
    shapes: shapes(),
    "xaxis.visible": visible,
    "yaxis.visible": visible,
  };
}

if (chart) {
  const draw = paced(chart, () => change());
  const spread = paced(document.getElementById("spread-chart"), drawSpread);
  const folds = paced(document.getElementById("folds-chart"), drawFolds);
  onNews((changed) => {
    if (changed === null) waiting = null;
    else if (waiting) for (const algorithm of changed) waiting.add(algorithm);
    draw();
    if (changed === null || changed.size) spread();
    folds();
    listMarks(about.marks);
  });
  waiting = null;
  start();
  document.addEventListener("tuneboard:theme", () => {
    if (!about) return;
    // At once: a chart in the colours of the other theme can hardly be read.
    redraw();
    drawSpread();
    drawFolds();
  });
}
