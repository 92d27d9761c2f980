// What every chart looks like, in the colours the style sheet has for the theme.
const SERIES = [1, 2, 3, 4, 5, 6, 7, 8];

export const config = {
  displaylogo: false,
  // Plotly's own button would send the chart's data to its makers' server.
  showSendToCloud: false,
  responsive: true,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
};

// Read once a theme: asking for a style makes the browser compute those of the whole page.
let known = null;
document.addEventListener("tuneboard:theme", () => {
  known = null;
});

// A chart is a figure with a name and with buttons: not an image, in which nothing could
// be pressed. Its ticks and labels, read out one by one, tell nothing and are hidden.
export function hideDrawing(chart) {
  for (const drawing of chart.querySelectorAll(".main-svg")) drawing.setAttribute("aria-hidden", "true");
  return chart;
}

export function colors() {
  known ??= readColors();
  return known;
}

function readColors() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--chart-${name}`).trim();
  return {
    ink: value("ink"),
    muted: value("muted"),
    grid: value("grid"),
    axis: value("axis"),
    surface: value("surface"),
    low: value("low"),
    high: value("high"),
    font: getComputedStyle(document.body).fontFamily,
    series: SERIES.map((n) => value(n)),
  };
}

export function template() {
  const { ink, muted, grid, axis, surface, low, high, series } = colors();
  const axes = {
    gridcolor: grid,
    linecolor: axis,
    zerolinecolor: axis,
    tickcolor: axis,
    zerolinewidth: 1,
    ticks: "",
    ticklabelstandoff: 5,
    automargin: true,
    tickfont: { color: muted },
    title: { font: { color: muted, size: 12 }, standoff: 8 },
  };
  const ramp = [
    [0, low],
    [1, high],
  ];
  return {
    data: {
      heatmap: [{ colorscale: ramp, xgap: 2, ygap: 2 }],
      histogram: [{ marker: { line: { color: surface, width: 1 } } }],
      bar: [{ marker: { line: { color: surface, width: 0 } } }],
    },
    layout: {
      colorway: series,
      colorscale: { sequential: ramp },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: {
        color: ink,
        size: 12,
        family: colors().font,
      },
      title: { font: { size: 14 }, x: 0, xanchor: "left" },
      margin: { l: 8, r: 12, t: 12, b: 8 },
      xaxis: axes,
      yaxis: axes,
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, title: { text: "" } },
      hoverlabel: {
        bgcolor: surface,
        bordercolor: axis,
        font: { color: ink, size: 12 },
        align: "left",
      },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: axis, activecolor: ink },
    },
  };
}
