// Contour: the score between the trials, weighted by nearness.
import { Plane } from "./plane.js";

const [COLUMNS, ROWS] = [36, 24];
const MOST = 500;

export class Contour extends Plane {
  below(pen, rows) {
    const { store } = this;
    const { left, top, right, bottom } = this.area;
    let chosen = rows.filter((i) => store.mask[i]);
    if (!chosen.length) return;
    const every = Math.ceil(chosen.length / MOST);
    chosen = chosen.filter((_, k) => k % every === 0);
    const shares = this.shares(chosen);
    const [w, h] = [right - left, bottom - top];
    const x = chosen.map((i) => (this.scales.x.to(this.scales.x.axis.data[i]) - left) / w);
    const y = chosen.map((i) => (this.scales.y.to(this.scales.y.axis.data[i]) - top) / h);
    for (let row = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++) {
        const [u, v] = [(column + 0.5) / COLUMNS, (row + 0.5) / ROWS];
        let [sum, weights] = [0, 0];
        for (let k = 0; k < x.length; k++) {
          const weight = 1 / ((x[k] - u) ** 2 + (y[k] - v) ** 2 + 0.002) ** 2;
          sum += weight * shares[k];
          weights += weight;
        }
        const [px, py] = [left + (column * w) / COLUMNS, top + (row * h) / ROWS];
        pen.rect(px, py, w / COLUMNS + 0.5, h / ROWS + 0.5, this.colors.of(sum / weights), 0.85);
      }
    }
    this.legend(pen, ["worse", "better"]);
  }

  color() {
    return this.colors.ink;
  }
}
