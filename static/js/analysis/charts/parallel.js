// Parallel coordinates: an axis a parameter and one for the score, a line a combination;
// dragging along any axis selects. Lines are many: of those not selected a part is drawn.
import { choose, undo } from "../brush.js";
import { Chart } from "../chart.js";
import { domain, Scale } from "../scale.js";
import { valueAxis } from "../scatter.js";

const LEAST_STEP = 92;
const MOST_GREY = 1000;
const MOST_BRIGHT = 3000;
const CLICK = 4;

export class Parallel extends Chart {
  height = 340;

  constructor(...given) {
    super(...given);
    this.holder.classList.add("is-scrolling");
    this.drag();
  }

  get width() {
    const n = (this.store.settings.axes[this.state.of] ?? []).length + 1;
    return Math.max(super.width, LEAST_STEP * n);
  }

  lay(width, height) {
    const { store, state } = this;
    const rows = store.rowsOf(state.of);
    const axes = state.axes().map((axis) => store.axis(state.of, axis.name));
    const all = [...axes.filter(Boolean), valueAxis(store)];
    const step = (width - 110) / Math.max(1, all.length - 1);
    this.lanes = all.map((axis, k) => ({
      axis,
      x: 50 + step * k,
      scale: new Scale(axis, domain(axis, rows, { clip: axis.clip }), [height - 46, 40]),
    }));
    this.missing = height - 22;
    return rows;
  }

  paint(pen, width, height) {
    const rows = this.lay(width, height).filter((i) => Number.isFinite(this.store.value[i]));
    if (!rows.length || this.lanes.length < 2) {
      return this.note(pen, width, height, "No trial of this algorithm with a score yet");
    }
    const { mask } = this.store;
    const grey = thinned(rows.filter((i) => !mask[i]), MOST_GREY);
    const bright = rows.filter((i) => mask[i]);
    const sign = this.store.settings.greater_is_better ? 1 : -1;
    bright.sort((a, b) => sign * (this.store.value[a] - this.store.value[b]));
    const alpha = Math.max(0.12, Math.min(0.8, 60 / Math.sqrt(bright.length + 1) / 4));
    for (const i of grey) pen.line(this.path(i), this.colors.axis, 1, 0.18);
    const shown = thinned(bright, MOST_BRIGHT);
    shown.forEach((i, place) => {
      const share = (place + 1) / shown.length;
      pen.line(this.path(i), this.colors.of(share), share > 0.9 ? 1.6 : 1, share > 0.9 ? 0.9 : alpha);
    });
    for (const i of rows) {
      if (this.state.trials.includes(this.store.number[i])) pen.line(this.path(i), this.colors.ink, 2);
    }
    for (const lane of this.lanes) this.ruler(pen, lane);
    return undefined;
  }

  // A parameter that a combination does not have is below its axis.
  path(row) {
    const points = [];
    for (const { axis, x, scale } of this.lanes) {
      const value = axis.data[row];
      points.push(x, Number.isFinite(value) ? scale.to(value) : this.missing);
    }
    return points;
  }

  ruler(pen, { axis, x, scale }) {
    const { ink, muted, surface, series } = this.colors;
    const [bottom, top] = scale.pixels;
    pen.line([x, top, x, bottom], muted, 1.2);
    pen.text(axis.label, x, 14, ink, { align: "center", size: 12 });
    if (axis.when) pen.text(`if ${axis.when}`, x, 28, muted, { align: "center", size: 9 });
    for (const [value, text] of scale.ticks(5)) {
      const y = scale.to(value);
      pen.rect(x + 4, y - 7, 6.2 * text.length + 4, 14, surface, 0.75);
      pen.line([x - 3, y, x + 3, y], muted);
      pen.text(text, x + 6, y, ink, { size: 10.5 });
    }
    const chosen = this.state.values.get(axis.name);
    const range = this.state.ranges.get(axis.name);
    if (range) {
      const ends = range.map((v) => scale.to(Number.isFinite(v) ? v : scale.limits[v > 0 ? 1 : 0]));
      pen.rect(x - 6, Math.min(...ends), 12, Math.abs(ends[1] - ends[0]), series[1], 0.45);
    }
    for (const value of chosen ?? []) {
      pen.rect(x - 6, scale.to(axis.values.indexOf(value)) - 8, 12, 16, series[1], 0.45);
    }
  }

  drag() {
    const { canvas } = this;
    let start = null;
    const place = (event) => {
      const bounds = canvas.getBoundingClientRect();
      return [event.clientX - bounds.left, event.clientY - bounds.top];
    };
    const lane = (x) =>
      this.lanes?.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a), this.lanes[0]);
    canvas.addEventListener("pointerdown", (event) => {
      const [x, y] = place(event);
      if (event.button !== 0 || !this.lanes || Math.abs(lane(x).x - x) > 24) return;
      start = { lane: lane(x), y };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", (event) => {
      if (!start) return;
      const { scale, axis } = start.lane;
      const y = place(event)[1];
      if (Math.abs(y - start.y) < CLICK) undo(this.state, axis);
      else {
        const inside = (p) => Math.min(Math.max(p, scale.edges[0]), scale.edges[1]);
        choose(this.state, scale, [inside(start.y), inside(y)]);
      }
      start = null;
      this.state.changed();
    });
    canvas.addEventListener("pointercancel", () => {
      start = null;
    });
  }
}

function thinned(rows, most) {
  const every = Math.ceil(rows.length / most);
  return every > 1 ? rows.filter((_, k) => k % every === 0 || k > rows.length - 50) : rows;
}
