// Dragging over a plot selects: both axes, or one where the drag is flat. A click pins
// what is under it; a click on nothing undoes the chart's own ranges.
const FLAT = 8;
const CLICK = 4;

export function brush(chart) {
  const { holder, canvas } = chart;
  const box = document.createElement("div");
  box.className = "analysis-brush";
  box.hidden = true;
  holder.append(box);
  let start = null;

  const place = (event) => {
    const bounds = canvas.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  };
  const extent = (end) => {
    const [x0, x1] = [start[0], end[0]].sort((a, b) => a - b);
    const [y0, y1] = [start[1], end[1]].sort((a, b) => a - b);
    const { left, top, right, bottom } = chart.area;
    const isWide = !chart.brushes.y || y1 - y0 < FLAT;
    const isHigh = !chart.brushes.x || (x1 - x0 < FLAT && !isWide);
    return {
      x: isHigh ? [left, right] : [Math.max(left, x0), Math.min(right, x1)],
      y: isWide ? [top, bottom] : [Math.max(top, y0), Math.min(bottom, y1)],
      onX: !isHigh,
      onY: !isWide,
    };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !chart.area) return;
    start = place(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const here = place(event);
    if (!start) {
      if (!chart.tip.isPinned) chart.hover(...here);
      return;
    }
    if (Math.hypot(here[0] - start[0], here[1] - start[1]) < CLICK) return;
    chart.tip.hide();
    const { x, y } = extent(here);
    for (const [name, value] of [["left", x[0]], ["top", y[0]], ["width", x[1] - x[0]], ["height", y[1] - y[0]]]) {
      box.style.setProperty(name, `${value}px`);
    }
    box.hidden = false;
  });
  canvas.addEventListener("pointercancel", () => {
    start = null;
    box.hidden = true;
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!start) return;
    const here = place(event);
    box.hidden = true;
    if (Math.hypot(here[0] - start[0], here[1] - start[1]) < CLICK) chart.click(...here);
    else {
      const found = extent(here);
      if (found.onX) choose(chart.state, chart.scales.x, found.x);
      if (found.onY) choose(chart.state, chart.scales.y, found.y);
      chart.state.changed();
    }
    start = null;
  });
}

export function choose(state, scale, pixels) {
  const [low, high] = pixels.map((pixel) => scale.from(pixel)).sort((a, b) => a - b);
  const { axis } = scale;
  if (axis.kind === "category") {
    state.setValues(axis.name, axis.values.filter((_, i) => i >= low && i <= high));
    return;
  }
  const digits = (value) => Number(value.toPrecision(5));
  state.setRange(axis.name, digits(low), digits(high));
}

export function undo(state, axis) {
  if (axis.kind === "category") state.setValues(axis.name, null);
  else state.setRange(axis.name, null);
}
