// Two parameters of an algorithm as a plane, and how good a trial is as a share.
import { Scatter } from "../scatter.js";

export class Plane extends Scatter {
  axes() {
    const { store, state } = this;
    if (state.x === state.y) return {};
    return { x: store.axis(state.of, state.x), y: store.axis(state.of, state.y) };
  }

  rows() {
    const { store } = this;
    return store.rowsOf(this.state.of).filter((i) => Number.isFinite(store.value[i]));
  }

  empty() {
    return "Choose two parameters that some trials have";
  }

  // From 0, the worst, to 1; the worst tenth counts as one, or it would hide the others.
  shares(rows) {
    const { store } = this;
    const sign = store.settings.greater_is_better ? 1 : -1;
    const scores = rows.map((i) => sign * store.value[i]);
    const sorted = [...scores].sort((a, b) => a - b);
    const [low, high] = [sorted[Math.floor(sorted.length / 10)], sorted.at(-1)];
    return scores.map((score) => (high > low ? Math.max(0, (score - low) / (high - low)) : 1));
  }

  legend(pen, words) {
    const { right, top } = this.area;
    const { steps, muted } = this.colors;
    steps.forEach((color, i) => pen.rect(right - 78 + 2 * i, top - 12, 2.2, 7, color));
    pen.text(words[0], right - 82, top - 8, muted, { align: "right", size: 10 });
    pen.text(words[1], right, top - 8, muted, { align: "right", size: 10 });
  }
}
