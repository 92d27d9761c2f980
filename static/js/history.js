// The search's history: a mark for each trial, a step line for the best so far.
// The chart is drawn once and then extended in place, so that zoom, hover and the
// legend's selection survive every update.
//
// #history-chart    the container; data-url answers all points as JSON
// #history-data     JSON script: {points: [[number, value, algorithm], ...], metric,
//                   greater_is_better, algorithms: {name: title}, n_complete}
// #history-recent   the same with the latest points only, swapped in while a run goes on
import { colors, config, template } from "./chart-theme.js";

const REFETCH_MS = 3000;
const BEST = 0; // the best-so-far line is the first trace; algorithms follow

const chart = document.getElementById("history-chart");
const points = new Map(); // trial number -> value
const traces = new Map(); // algorithm -> index of its trace
let history = null;
let lastFetch = 0;
let fetching = false;

function read(id) {
  const source = document.getElementById(id);
  return source?.textContent.trim() ? JSON.parse(source.textContent) : null;
}

function bestSoFar() {
  const better = history.greater_is_better ? Math.max : Math.min;
  const numbers = [...points.keys()].sort((a, b) => a - b);
  const x = [];
  const y = [];
  for (const number of numbers) {
    const value = points.get(number);
    const best = y.length ? better(y.at(-1), value) : value;
    // Where the line is flat, two ends say as much as all points between.
    if (y.length > 1 && best === y.at(-1) && best === y.at(-2)) x[x.length - 1] = number;
    else {
      x.push(number);
      y.push(best);
    }
  }
  return { x, y };
}

// There are fewer colours than algorithms: the next round has another shape.
function symbol(algorithm) {
  if (algorithm === "ensemble") return "star";
  return ["circle", "diamond", "square"][Math.floor((traces.size - 1) / colors().series.length) % 3];
}

function algorithmTrace(algorithm, x = [], y = []) {
  traces.set(algorithm, traces.size + 1);
  return {
    type: "scatter",
    mode: "markers",
    name: history.algorithms[algorithm] ?? algorithm,
    x,
    y,
    marker: { size: algorithm === "ensemble" ? 11 : 7, opacity: 0.8, symbol: symbol(algorithm) },
    hovertemplate: `Trial %{x}<br>${history.metric} %{y:.5~g}`,
  };
}

function bestTrace() {
  return {
    type: "scatter",
    mode: "lines",
    name: "Best so far",
    ...bestSoFar(),
    line: { shape: "hv", width: 2, color: colors().ink },
    hovertemplate: `Best up to trial %{x}<br>${history.metric} %{y:.5~g}`,
  };
}

function emptyNote() {
  if (points.size) return [];
  return [
    {
      text: "The first finished trial will appear here",
      showarrow: false,
      xref: "paper",
      yref: "paper",
      x: 0.5,
      y: 0.5,
    },
  ];
}

// A line far away would press all points into one: then it is named at the edge.
function isFar(value) {
  const values = [...points.values()];
  if (values.length < 2) return false;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const away = Math.max(low - value, value - high, 0);
  return away > 2 * (high - low);
}

function farNote() {
  if (typeof history.baseline !== "number" || !isFar(history.baseline)) return [];
  const below = history.baseline < Math.min(...points.values());
  return [
    {
      text: `${below ? "↓" : "↑"} Baseline ${history.baseline.toLocaleString("en", { maximumSignificantDigits: 4 })}`,
      showarrow: false,
      xref: "paper",
      yref: "paper",
      // The first trials, on the left, are nearest to it.
      x: 1,
      y: below ? 0 : 1,
      xanchor: "right",
      yanchor: below ? "bottom" : "top",
    },
  ];
}

// What guessing without looking at the columns scores: the line to beat.
function baseline() {
  if (typeof history.baseline !== "number" || isFar(history.baseline)) return [];
  return [
    {
      type: "line",
      xref: "paper",
      x0: 0,
      x1: 1,
      y0: history.baseline,
      y1: history.baseline,
      line: { dash: "dash", width: 1.5, color: colors().ink },
      label: {
        text: "Baseline",
        textposition: "start",
        // Towards the points: on the other side the chart may end.
        yanchor: history.greater_is_better ? "bottom" : "top",
        font: { size: 11 },
      },
    },
  ];
}

// Axes over nothing would show numbers that mean nothing.
function layout() {
  const visible = points.size > 0;
  return {
    template: template(),
    autosize: true,
    uirevision: "history",
    hovermode: "closest",
    xaxis: {
      title: { text: "Trial" },
      // Ten trials at least, or the axis would count in halves.
      autorangeoptions: { include: [0, 9] },
      zeroline: false,
      visible,
    },
    yaxis: { title: { text: history.metric }, visible },
    annotations: [...emptyNote(), ...farNote()],
    shapes: baseline(),
  };
}

function addPoints(news) {
  const fresh = new Map();
  for (const [number, value, algorithm] of news) {
    if (points.has(number) || value === null) continue;
    points.set(number, value);
    if (!fresh.has(algorithm)) fresh.set(algorithm, { x: [], y: [] });
    fresh.get(algorithm).x.push(number);
    fresh.get(algorithm).y.push(value);
  }
  return fresh;
}

function start() {
  const fresh = addPoints(history.points);
  const names = new Set([...Object.keys(history.algorithms), ...fresh.keys()]);
  const marks = [...names].map((name) => {
    const found = fresh.get(name);
    return algorithmTrace(name, found?.x, found?.y);
  });
  chart.setAttribute("role", "img");
  window.Plotly.newPlot(chart, [bestTrace(), ...marks], layout(), config);
}

function extend(news) {
  const wasEmpty = points.size === 0;
  const fresh = addPoints(news);
  if (!fresh.size) return;
  const known = [...fresh].filter(([algorithm]) => traces.has(algorithm));
  for (const [algorithm, { x, y }] of fresh) {
    if (!traces.has(algorithm)) window.Plotly.addTraces(chart, algorithmTrace(algorithm, x, y));
  }
  if (known.length) {
    window.Plotly.extendTraces(
      chart,
      { x: known.map(([, found]) => found.x), y: known.map(([, found]) => found.y) },
      known.map(([algorithm]) => traces.get(algorithm)),
    );
  }
  const { x, y } = bestSoFar();
  window.Plotly.restyle(chart, { x: [x], y: [y] }, [BEST]);
  if (wasEmpty) {
    const all = { annotations: [], "xaxis.visible": true, "yaxis.visible": true };
    window.Plotly.relayout(chart, all);
  }
}

async function fetchMissing() {
  const wait = lastFetch + REFETCH_MS - Date.now();
  if (fetching) return;
  fetching = true;
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  lastFetch = Date.now();
  try {
    const answer = await fetch(chart.dataset.url, { headers: { Accept: "application/json" } });
    if (answer.ok) extend((await answer.json()).points);
  } catch {
    // Offline: the next message asks again.
  } finally {
    fetching = false;
  }
}

function update() {
  const recent = read("history-recent");
  if (!recent) return;
  if (typeof recent.baseline === "number" && history.baseline !== recent.baseline) {
    history.baseline = recent.baseline;
  }
  extend(recent.points);
  if (points.size) {
    window.Plotly.relayout(chart, { shapes: baseline(), annotations: farNote() });
  }
  if (recent.n_complete > points.size) fetchMissing();
}

history = chart && read("history-data");
if (history) {
  start();
  update();
  document.addEventListener("htmx:wsAfterMessage", update);
  document.addEventListener("htmx:afterSettle", update);
  document.addEventListener("tuneboard:theme", () => {
    window.Plotly.update(chart, { "line.color": colors().ink }, { template: template() }, [BEST]);
  });
}
