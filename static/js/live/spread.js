// How the scores of each algorithm spread: a box an algorithm, from weighted values, so
// that ten thousand trials draw as fast as ten.
import { colors, config, hideDrawing, template } from "../chart-theme.js";
import { about, scores, style, title } from "./points.js";

const chart = document.getElementById("spread-chart");

function quantile(ordered, total, share) {
  let sum = 0;
  for (const [value, weight] of ordered) {
    sum += weight;
    if (sum >= share * total) return value;
  }
  return ordered.at(-1)[0];
}

function box(algorithm, values) {
  const ordered = [...values].sort((a, b) => a[0] - b[0]);
  const total = ordered.reduce((sum, [, weight]) => sum + weight, 0);
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(ordered, total, share));
  const reach = 1.5 * (q3 - q1);
  const within = ordered.map(([value]) => value).filter((v) => v >= q1 - reach && v <= q3 + reach);
  const { color } = style(algorithm, colors().series);
  return {
    type: "box",
    orientation: "h",
    name: title(algorithm),
    y: [title(algorithm)],
    q1: [q1],
    median: [median],
    q3: [q3],
    lowerfence: [within[0] ?? q1],
    upperfence: [within.at(-1) ?? q3],
    line: { color, width: 1.5 },
    showlegend: false,
    hoverinfo: "x+name",
  };
}

export function drawSpread() {
  if (!chart || !about) return;
  const names = [...Object.keys(about.algorithms)].filter((name) => scores.has(name));
  const traces = names.reverse().map((name) => box(name, scores.get(name)));
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
    traces,
    {
      template: template(),
      autosize: true,
      uirevision: "spread",
      xaxis: { title: { text: about.metric }, visible: traces.length > 0, nticks: 6 },
      yaxis: { type: "category", visible: traces.length > 0 },
      annotations: traces.length ? [] : [empty],
    },
    config,
  );
  return drawing.then(hideDrawing);
}
