// Score against time; the line joins the trials that no other beats in both.
import { Scatter, valueAxis } from "../scatter.js";
import { seconds } from "../scale.js";

export class Pareto extends Scatter {
  axes() {
    const { store } = this;
    const x = { ...store.measure("seconds", "Time of fits and scorings"), kind: "log", written: seconds };
    return { x, y: valueAxis(store) };
  }

  above(pen, rows) {
    const { store } = this;
    const sign = store.settings.greater_is_better ? 1 : -1;
    const ordered = rows.filter((i) => store.mask[i]).sort((a, b) => store.seconds[a] - store.seconds[b]);
    const line = [];
    let best = -Infinity;
    for (const i of ordered) {
      if (sign * store.value[i] <= best) continue;
      best = sign * store.value[i];
      const [x, y] = [this.scales.x.to(store.seconds[i]), this.scales.y.to(store.value[i])];
      if (line.length) line.push(x, line.at(-1));
      line.push(x, y);
      pen.ring(x, y, 5, this.colors.ink, 1.5);
    }
    pen.line(line, this.colors.ink, 1.5);
  }
}
