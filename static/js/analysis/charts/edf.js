// Empirical distribution: the share of an algorithm's selected trials up to a score.
import { Scatter, valueAxis } from "../scatter.js";

export class Distribution extends Scatter {
  brushes = { x: true, y: false };

  axes() {
    const { store } = this;
    const share = { name: "", label: "Share of trials", kind: "number", data: store.value, limits: [0, 1] };
    share.written = (value) => `${Math.round(100 * value)} %`;
    return { x: valueAxis(store), y: share };
  }

  // Lines in place of points.
  points(pen, rows) {
    const { store } = this;
    const { right } = this.area;
    const x = this.scales.x;
    store.algorithms.forEach((name, code) => {
      const values = rows.filter((i) => store.algorithm[i] === code && store.mask[i]).map((i) => store.value[i]);
      if (!values.length) return;
      values.sort((a, b) => a - b);
      const line = [x.to(values[0]), this.scales.y.to(0)];
      let before = NaN;
      values.forEach((value, k) => {
        const px = x.to(value);
        // One corner a pixel is as much as can be seen.
        if (Math.abs(px - before) < 0.5 && k < values.length - 1) return;
        line.push(px, line.at(-1), px, this.scales.y.to((k + 1) / values.length));
        before = px;
      });
      line.push(right, line.at(-1));
      pen.line(line, this.colors.algorithm(store, name), 2);
    });
    this.names(pen, rows);
  }

  names(pen, rows) {
    const { store } = this;
    const here = new Set(rows.filter((i) => store.mask[i]).map((i) => store.algorithms[store.algorithm[i]]));
    [...here].forEach((name, k) => {
      const y = this.area.top + 10 + 15 * k;
      pen.rect(this.area.left + 8, y - 4, 10, 8, this.colors.algorithm(store, name));
      pen.text(store.settings.titles[name] ?? name, this.area.left + 23, y, this.colors.ink);
    });
  }

  marks() {}

  nearest() {
    return null;
  }
}
