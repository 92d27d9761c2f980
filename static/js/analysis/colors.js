// The theme's colours as charts use them: one an algorithm, a ramp from worse to better.
import { colors } from "../chart-theme.js";

const STEPS = 24;

function parts(color) {
  const hex = color.replace("#", "");
  if (!/^[0-9a-f]{6}$/i.test(hex)) return null;
  return [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
}

function ramp(low, high) {
  const [from, to] = [parts(low), parts(high)];
  return Array.from({ length: STEPS }, (_, i) => {
    const share = i / (STEPS - 1);
    if (!from || !to) return share < 0.5 ? low : high;
    const mixed = from.map((value, k) => Math.round(value + share * (to[k] - value)));
    return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  });
}

export function palette() {
  const found = colors();
  const steps = ramp(found.low, found.high);
  return {
    ...found,
    font: getComputedStyle(document.body).fontFamily,
    steps,
    of: (share) => steps[Math.min(STEPS - 1, Math.max(0, Math.floor(share * STEPS)))],
    algorithm: (store, name) => {
      const order = [...Object.keys(store.settings.titles)];
      return found.series[Math.max(0, order.indexOf(name)) % found.series.length];
    },
  };
}
