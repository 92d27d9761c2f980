// The score of every fold of the best or of the latest trials: a column a trial.
//
// #folds-data   JSON: {best: [[number, algorithm, [score, ...]], ...], recent: the same}
import { colors, config, hideDrawing, template } from "../chart-theme.js";
import { about, read, style, title } from "./points.js";
import { choice } from "./switch.js";

const chart = document.getElementById("folds-chart");
const shown = choice("folds", drawFolds);
let before = "";

function traces(rows) {
  const found = new Map();
  for (const [number, algorithm, values] of rows) {
    if (!found.has(algorithm)) found.set(algorithm, { x: [], y: [], fold: [] });
    const trace = found.get(algorithm);
    values.forEach((value, fold) => {
      trace.x.push(String(number));
      trace.y.push(value);
      trace.fold.push(fold + 1);
    });
  }
  const { series } = colors();
  return [...found].map(([algorithm, { x, y, fold }]) => ({
    type: "scatter",
    mode: "markers",
    name: title(algorithm),
    x,
    y,
    customdata: fold,
    marker: { size: 6, opacity: 0.75, ...style(algorithm, series) },
    hovertemplate: `Trial %{x}, fold %{customdata}<br>${about.metric} %{y:.5~g}`,
  }));
}

function means(rows) {
  return {
    type: "scatter",
    mode: "markers",
    name: "Mean",
    x: rows.map(([number]) => String(number)),
    y: rows.map(([, , values]) => values.reduce((sum, v) => sum + v, 0) / values.length),
    marker: { symbol: "line-ew-open", size: 14, color: colors().ink, line: { width: 2 } },
    hovertemplate: `Trial %{x}, mean<br>${about.metric} %{y:.5~g}`,
  };
}

export function drawFolds() {
  const data = chart && about && read("folds-data");
  if (!data) return;
  const kind = shown() || "best";
  const rows = data[kind].filter(([, , values]) => values.length);
  const { ink } = colors();
  const now = JSON.stringify([kind, rows, ink]);
  if (now === before) return;
  before = now;
  const empty = {
    text: "The first finished trial will appear here",
    showarrow: false,
    xref: "paper",
    yref: "paper",
    x: 0.5,
    y: 0.5,
  };
  const drawing = window.Plotly.react(
    chart,
    rows.length ? [...traces(rows), means(rows)] : [],
    {
      template: template(),
      autosize: true,
      uirevision: kind,
      hovermode: "closest",
      showlegend: false,
      xaxis: {
        title: { text: kind === "best" ? "Trial, the best first" : "Trial, the latest first" },
        type: "category",
        categoryorder: "array",
        categoryarray: rows.map(([number]) => String(number)),
        visible: rows.length > 0,
      },
      yaxis: { title: { text: about.metric }, visible: rows.length > 0 },
      annotations: rows.length ? [] : [empty],
    },
    config,
  );
  return drawing.then(hideDrawing);
}
