// Draws every <div data-figure="ID"> from the JSON script with that id, also in
// fragments swapped in later, and again in other colours when the theme changes.
import { config, hideDrawing, template } from "./chart-theme.js";

const drawn = new Set();

function read(id) {
  const source = document.getElementById(id);
  return source ? JSON.parse(source.textContent) : null;
}

// Names and numbers of a waterfall share a line: in a narrow card they are smaller.
const NARROW = 420;

function layoutOf(element, figure) {
  const layout = { ...figure.layout, template: template(), autosize: true };
  const isCrowded = figure.data.some((trace) => trace.type === "waterfall");
  if (isCrowded && element.clientWidth < NARROW) layout.font = { size: 9 };
  return layout;
}

function draw(element) {
  const figure = read(element.dataset.figure);
  if (!figure) return;
  const layout = layoutOf(element, figure);
  // The container has the size: a fixed one would not follow the window.
  delete layout.width;
  delete layout.height;
  element.replaceChildren();
  window.Plotly.newPlot(element, figure.data, layout, config).then((chart) => {
    hideDrawing(chart);
    // For whoever adds to it: now it has its axes.
    chart.dispatchEvent(new CustomEvent("tuneboard:drawn", { bubbles: true }));
  });
  element.dataset.drawn = "true";
  drawn.add(element);
}

// Shows other numbers in a chart that is there already.
export function redraw(element, figure) {
  const layout = layoutOf(element, figure);
  window.Plotly.react(element, figure.data, layout, config).then(hideDrawing);
}

function drawAll(root) {
  for (const element of root.querySelectorAll("[data-figure]:not([data-drawn])")) draw(element);
}

function forgetRemoved() {
  for (const element of drawn) {
    if (element.isConnected) continue;
    window.Plotly.purge(element);
    drawn.delete(element);
  }
}

drawAll(document);
for (const name of ["htmx:afterSettle", "tuneboard:renewed"]) {
  document.addEventListener(name, () => {
    forgetRemoved();
    drawAll(document);
  });
}
document.addEventListener("tuneboard:theme", () => {
  forgetRemoved();
  for (const element of drawn) window.Plotly.relayout(element, { template: template() });
});
