// Slice: a parameter against the score, with one standard deviation over the folds.
import { Scatter, valueAxis } from "../scatter.js";

const MOST_BARS = 400;

export class Slice extends Scatter {
  axes() {
    return { x: this.store.axis(this.state.of, this.state.x), y: valueAxis(this.store) };
  }

  rows() {
    return this.store.rowsOf(this.state.of);
  }

  color(row) {
    return this.colors.algorithm(this.store, this.store.algorithms[this.store.algorithm[row]]);
  }

  below(pen, rows) {
    if (rows.length > MOST_BARS) return;
    const { store } = this;
    for (const i of rows) {
      const spread = store.spread[i];
      if (!Number.isFinite(spread)) continue;
      const x = this.scales.x.to(this.scales.x.axis.data[i]);
      const ends = [store.value[i] - spread, store.value[i] + spread].map((v) => this.scales.y.to(v));
      pen.line([x, ends[0], x, ends[1]], this.color(i), 1, store.mask[i] ? 0.5 : 0.12);
    }
  }
}
