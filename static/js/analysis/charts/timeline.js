// Timeline: a bar for each trial in its worker's lane.
import { Scatter } from "../scatter.js";
import { seconds } from "../scale.js";

export class Timeline extends Scatter {
  brushes = { x: true, y: false };

  get height() {
    return 90 + 34 * Math.max(1, this.store.workers.length);
  }

  set height(_) {}

  axes() {
    const { store } = this;
    const lanes = store.workers.map((name) => name || "reused");
    const lane = { name: "", label: "", kind: "category", values: lanes, data: Float64Array.from(store.worker) };
    const end = store.finished.subarray(0, store.n).reduce((a, b) => (b > a ? b : a), 1);
    const x = { ...store.measure("started", "Since the run began"), written: seconds, limits: [0, 1.02 * end] };
    return { x, y: lane };
  }

  points(pen, rows) {
    const { store } = this;
    const [x, y] = [this.scales.x, this.scales.y];
    const now = this.scales.x.limits[1];
    const taken = new Set();
    for (const wanted of [0, 1]) {
      for (const i of rows) {
        if (store.mask[i] !== wanted) continue;
        const from = x.to(store.started[i]);
        const to = x.to(Number.isFinite(store.finished[i]) ? store.finished[i] : now);
        const color = wanted ? this.color(i) : this.colors.axis;
        // Bars narrower than a pixel are drawn once a pixel.
        const cell = to - from < 1 ? `${Math.round(from)} ${store.worker[i]} ${color}` : null;
        if (cell && taken.has(cell)) continue;
        if (cell) taken.add(cell);
        const middle = y.to(store.worker[i]);
        pen.rect(from, middle - 9, Math.max(1, to - from - 0.5), 18, color, wanted ? 0.85 : 0.3);
      }
    }
  }

  marks() {}

  nearest(px, py) {
    if (!this.area) return null;
    const { store } = this;
    const lane = Math.round(this.scales.y.from(py));
    const at = this.scales.x.from(px);
    return this.drawn.find(
      (i) => store.worker[i] === lane && store.started[i] <= at && !(store.finished[i] < at),
    ) ?? null;
  }
}
