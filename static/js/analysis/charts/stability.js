// Fold stability: the standard deviation over the folds against the score.
import { Scatter, valueAxis } from "../scatter.js";

export class Stability extends Scatter {
  axes() {
    const { store } = this;
    return { x: valueAxis(store), y: { ...store.measure("spread", "Spread over folds"), clip: true } };
  }

  empty() {
    return "A spread needs trials with at least two folds";
  }
}
