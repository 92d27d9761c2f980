// Charts of one point a trial. Above 2,000 points those that fall into the same two
// pixels are drawn once.
import { brush, undo } from "./brush.js";
import { Chart } from "./chart.js";
import { domain, Scale } from "./scale.js";

const MANY = 2000;
const CELL = 2;
const REACH = 14;

export class Scatter extends Chart {
  brushes = { x: true, y: true };

  constructor(...given) {
    super(...given);
    brush(this);
  }

  // For each chart to say: its axes, which rows, what is drawn below and above.
  axes() {
    throw new Error("A chart has axes.");
  }

  rows() {
    return Array.from({ length: this.store.n }, (_, i) => i);
  }

  below() {}

  above() {}

  color(row) {
    return this.colors.algorithm(this.store, this.store.algorithms[this.store.algorithm[row]]);
  }

  empty() {
    return "No trial with these numbers yet";
  }

  paint(pen, width, height) {
    const axes = this.axes();
    this.area = null;
    if (!axes.x || !axes.y) return this.note(pen, width, height, this.empty());
    const [xs, ys] = [axes.x.data, axes.y.data];
    const rows = this.rows().filter((i) => Number.isFinite(xs[i]) && Number.isFinite(ys[i]));
    if (!rows.length) return this.note(pen, width, height, this.empty());
    this.lay(pen, width, height, axes, rows);
    this.drawn = rows;
    this.below(pen, rows);
    this.points(pen, rows);
    this.above(pen, rows);
    this.marks(pen, rows);
    this.ranges(pen);
    return undefined;
  }

  lay(pen, width, height, axes, rows) {
    const ys = axes.y.kind === "category" ? axes.y.values : [];
    const longest = Math.max(0, ...ys.map((text) => text.length));
    const left = Math.min(150, Math.max(58, 7 * longest + 28));
    this.area = { left, top: 14, right: width - 12, bottom: height - 42 };
    const { top, right, bottom } = this.area;
    this.scales = {
      x: new Scale(axes.x, axes.x.limits ?? domain(axes.x, rows, { clip: axes.x.clip }), [left, right]),
      y: new Scale(axes.y, axes.y.limits ?? domain(axes.y, rows, { clip: axes.y.clip }), [bottom, top]),
    };
    this.rulers(pen, axes);
  }

  rulers(pen, axes) {
    const { left, top, right, bottom } = this.area;
    const { grid, muted, ink } = this.colors;
    for (const [value, text] of this.scales.y.ticks(Math.floor((bottom - top) / 45))) {
      const y = this.scales.y.to(value);
      pen.line([left, y, right, y], grid);
      pen.text(text, left - 6, y, muted, { align: "right" });
    }
    const ticks = this.scales.x.ticks(Math.floor((right - left) / 75));
    for (const [value, text] of ticks) {
      const x = this.scales.x.to(value);
      pen.line([x, top, x, bottom], grid);
      pen.text(text, x, bottom + 6, muted, { align: "center", base: "top" });
    }
    pen.text(axes.x.label, (left + right) / 2, bottom + 24, ink, { align: "center", base: "top", size: 12 });
    pen.text(axes.y.label, 10, (top + bottom) / 2, ink, { align: "center", turn: -Math.PI / 2, size: 12 });
  }

  points(pen, rows) {
    const { mask } = this.store;
    const [x, y] = [this.scales.x, this.scales.y];
    const [xs, ys] = [x.axis.data, y.axis.data];
    const isMany = rows.length > MANY;
    const size = isMany ? 3 : rows.length > 400 ? 5 : 7;
    for (const wanted of [0, 1]) {
      const taken = new Set();
      for (const i of rows) {
        if (mask[i] !== wanted) continue;
        const [px, py] = [x.to(xs[i]), y.to(ys[i])];
        const color = wanted ? this.color(i) : this.colors.axis;
        if (isMany) {
          const cell = `${Math.round(px / CELL)} ${Math.round(py / CELL)} ${color}`;
          if (taken.has(cell)) continue;
          taken.add(cell);
          pen.rect(px - size / 2, py - size / 2, size, size, color, wanted ? 0.8 : 0.35);
        } else pen.circle(px, py, size / 2, color, wanted ? 0.85 : 0.35);
      }
    }
  }

  marks(pen, rows) {
    const chosen = new Set(this.state.trials);
    if (!chosen.size) return;
    const [x, y] = [this.scales.x, this.scales.y];
    for (const i of rows) {
      if (chosen.has(this.store.number[i])) pen.ring(x.to(x.axis.data[i]), y.to(y.axis.data[i]), 7, this.colors.ink);
    }
  }

  // What is selected along the chart's own axes.
  ranges(pen) {
    const { left, top, right, bottom } = this.area;
    const spans = ["x", "y"].map((name) => {
      const scale = this.scales[name];
      const range = this.state.ranges.get(scale.axis.name);
      if (!range || !this.brushes[name]) return null;
      return range.map((v) => scale.to(Number.isFinite(v) ? v : scale.limits[v > 0 ? 1 : 0])).sort((a, b) => a - b);
    });
    if (!spans[0] && !spans[1]) return;
    const [[x0, x1], [y0, y1]] = [spans[0] ?? [left, right], spans[1] ?? [top, bottom]];
    pen.frame(x0, y0, x1 - x0, y1 - y0, this.colors.ink);
  }

  nearest(px, py) {
    if (!this.area) return null;
    const [x, y] = [this.scales.x, this.scales.y];
    let best = null;
    let least = REACH ** 2;
    for (const i of this.drawn) {
      const away = (x.to(x.axis.data[i]) - px) ** 2 + (y.to(y.axis.data[i]) - py) ** 2;
      if (away < least || (away === least && this.store.mask[i])) [best, least] = [i, away];
    }
    return best;
  }

  hover(px, py) {
    const row = this.nearest(px, py);
    if (row === null) this.tip.hide();
    else this.tip.show(row, px, py);
  }

  click(px, py) {
    const row = this.nearest(px, py);
    if (row !== null) {
      this.tip.show(row, px, py, { isPinned: true });
      return;
    }
    this.tip.hide();
    undo(this.state, this.scales.x.axis);
    undo(this.state, this.scales.y.axis);
    this.state.changed();
  }
}

export function valueAxis(store) {
  return { ...store.measure("value", store.settings.metric), clip: true };
}
