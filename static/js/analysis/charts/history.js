// Optimization history: a point a trial, the best so far as steps, failures at the edge.
import { Scatter, valueAxis } from "../scatter.js";

export class History extends Scatter {
  axes() {
    return { x: this.store.measure("number", "Trial"), y: valueAxis(this.store) };
  }

  below(pen) {
    const { baseline } = this.store.settings;
    const { left, right } = this.area;
    const [low, high] = this.scales.y.limits;
    if (baseline === null || baseline < low || baseline > high) return;
    const y = this.scales.y.to(baseline);
    pen.line([left, y, right, y], this.colors.muted, 1.5, 1, [6, 4]);
    pen.text("Baseline", right, y - 7, this.colors.muted, { align: "right" });
  }

  above(pen, rows) {
    const { store } = this;
    const sign = store.settings.greater_is_better ? 1 : -1;
    const ordered = [...rows].sort((a, b) => store.number[a] - store.number[b]);
    const line = [];
    let best = -Infinity;
    let y = 0;
    for (const i of ordered) {
      if (sign * store.value[i] <= best) continue;
      best = sign * store.value[i];
      const x = this.scales.x.to(store.number[i]);
      if (line.length) line.push(x, y);
      y = this.scales.y.to(store.value[i]);
      line.push(x, y);
    }
    line.push(this.scales.x.to(store.number[ordered.at(-1)]), y);
    pen.line(line, this.colors.ink, 2);
    this.unscored(pen);
  }

  // Trials without a score are results too: ticks along the lower edge.
  unscored(pen) {
    const { store } = this;
    const { bottom } = this.area;
    const without = new Set(["failed", "pruned"].map((name) => store.states.indexOf(name)));
    const taken = new Set();
    for (let i = 0; i < store.n; i++) {
      if (!without.has(store.state[i])) continue;
      const x = Math.round(this.scales.x.to(store.number[i]));
      if (taken.has(x)) continue;
      taken.add(x);
      pen.line([x, bottom - 6, x, bottom], this.colors.muted, 1, store.mask[i] ? 1 : 0.3);
    }
  }
}
