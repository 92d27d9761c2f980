// Rank: the plane coloured by rank, whatever the scores' scale.
import { Plane } from "./plane.js";

export class Rank extends Plane {
  below(pen, rows) {
    const { store } = this;
    const sign = store.settings.greater_is_better ? 1 : -1;
    const ordered = [...rows].sort((a, b) => sign * (store.value[a] - store.value[b]));
    this.share = new Map(ordered.map((i, place) => [i, (place + 1) / ordered.length]));
    this.legend(pen, ["last", "first"]);
  }

  color(row) {
    return this.colors.of(this.share.get(row));
  }
}
