// Shows the chosen threshold in a chart: a point on a curve, a line across, other counts.
import { colors } from "../chart-theme.js";

const NAME = "threshold";

function point(chart, x, y, symbol = "circle") {
  const { ink, surface } = colors();
  const trace = {
    x,
    y,
    meta: NAME,
    name: "at the threshold",
    mode: "markers",
    showlegend: false,
    marker: { size: 12, symbol, color: ink, line: { color: surface, width: 2 } },
    hovertemplate: "at the threshold<extra></extra>",
  };
  const there = chart.data.findIndex((old) => old.meta === NAME);
  if (there < 0) return window.Plotly.addTraces(chart, trace);
  return window.Plotly.restyle(chart, { x: [x], y: [y], "marker.color": ink, "marker.line.color": surface }, [there]);
}

function line(chart, chosen) {
  const shape = {
    type: "line",
    x0: chosen,
    x1: chosen,
    y0: 0,
    y1: 1,
    yref: "paper",
    line: { color: colors().ink, width: 2, dash: "dash" },
  };
  return window.Plotly.relayout(chart, { shapes: [shape] });
}

function inPercent(table, cells) {
  if (cells === "count") return table;
  const whole = (i, j) => (cells === "row" ? table[i][0] + table[i][1] : table[0][j] + table[1][j]);
  return table.map((row, i) => row.map((n, j) => (whole(i, j) ? (100 * n) / whole(i, j) : 0)));
}

function written(number, cells) {
  if (!number) return "";
  return cells === "count" ? number.toLocaleString("en") : `${number.toFixed(0)}%`;
}

function matrix(chart, { counts, measured }) {
  const labels = chart.layout.xaxis.ticktext;
  const { cells } = chart.data[0].meta;
  const { true_positive, false_positive, false_negative, true_negative } = measured;
  const isFirst = labels[0] === counts.label;
  const table = isFirst
    ? [
        [true_positive, false_negative],
        [false_positive, true_negative],
      ]
    : [
        [true_negative, false_positive],
        [false_negative, true_positive],
      ];
  const z = inPercent(table, cells);
  const [byRow, byColumn] = [inPercent(table, "row"), inPercent(table, "column")];
  const customdata = table.map((row, i) =>
    row.map((n, j) => [labels[i], labels[j], n, byRow[i][j], byColumn[i][j]]),
  );
  const text = z.map((row) => row.map((n) => written(n, cells)));
  const zmax = cells === "count" ? Math.max(1, ...table.flat()) : 100;
  return window.Plotly.restyle(chart, { z: [z], text: [text], customdata: [customdata], zmax }, [0]);
}

function classes(chart, { counts, measured }) {
  const { ticktext, tickvals } = chart.layout.yaxis;
  const at = tickvals[ticktext.indexOf(counts.label)];
  const other = 1 - at;
  const x = ["precision", "recall", "f1", "other_precision", "other_recall", "other_f1"].map((name) => measured[name]);
  return point(chart, x, [at - 0.22, at, at + 0.22, other - 0.22, other, other + 0.22], "line-ns-open");
}

const WAYS = {
  line: (chart, { chosen }) => line(chart, chosen),
  cost: (chart, { chosen, totals }) =>
    Promise.resolve(window.Plotly.restyle(chart, { y: [totals] }, [0])).then(() => line(chart, chosen)),
  roc: (chart, { measured }) => point(chart, [measured.false_rate], [measured.recall]),
  precision_recall: (chart, { measured }) => point(chart, [measured.recall], [measured.precision]),
  gain: (chart, { measured }) => point(chart, [measured.called], [measured.recall]),
  lift: (chart, { measured }) =>
    point(chart, [measured.called], [measured.called ? measured.recall / measured.called : null]),
  confusion: matrix,
  per_class: classes,
};

export function show(chart, state) {
  return WAYS[chart.dataset.linked]?.(chart, state);
}
