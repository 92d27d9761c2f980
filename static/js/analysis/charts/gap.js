// Train-test gap against a parameter: large gaps say overfitting.
import { Scatter } from "../scatter.js";

export class Gap extends Scatter {
  axes() {
    const { store, state } = this;
    return {
      x: store.axis(state.of, state.x),
      y: { ...store.measure("gap", "Better on rows fitted by"), clip: true },
    };
  }

  rows() {
    return this.store.rowsOf(this.state.of);
  }

  below(pen) {
    const { left, right } = this.area;
    const [low, high] = this.scales.y.limits;
    if (low > 0 || high < 0) return;
    const y = this.scales.y.to(0);
    pen.line([left, y, right, y], this.colors.muted, 1.5, 1, [6, 4]);
  }

  empty() {
    return "No scores on the rows fitted: a run keeps them if asked to";
  }
}
