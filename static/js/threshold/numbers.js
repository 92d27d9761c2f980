// What a threshold does, from counts of hits and false alarms at each.
export const COSTS = ["false_positive", "false_negative", "true_positive", "true_negative"];

// The counts are those of the first threshold that is not below the chosen one.
export function position(counts, chosen) {
  const found = counts.threshold.findIndex((t) => t >= chosen);
  return found < 0 ? counts.threshold.length - 1 : found;
}

// Why there is no number; all others are zero where they are not defined, as scikit-learn has it.
export const UNDEFINED = {
  precision: "No row is called positive at this threshold, so precision is not defined.",
  other_precision: "Every row is called positive at this threshold, so precision is not defined.",
};

const share = (part, whole) => (whole ? part / whole : 0);
const defined = (part, whole) => (whole ? part / whole : null);

export function measure(counts, index) {
  const { n_positive, n_negative } = counts;
  const hits = counts.true_positive[index];
  const alarms = counts.false_positive[index];
  const missed = n_positive - hits;
  const right = n_negative - alarms;
  const n = n_positive + n_negative;
  const f1 = share(2 * hits, 2 * hits + alarms + missed);
  const otherF1 = share(2 * right, 2 * right + alarms + missed);
  const recall = share(hits, n_positive);
  const otherRecall = share(right, n_negative);
  const spread = Math.sqrt((hits + alarms) * (right + missed) * n_positive * n_negative);
  return {
    true_positive: hits,
    false_positive: alarms,
    false_negative: missed,
    true_negative: right,
    precision: defined(hits, hits + alarms),
    recall,
    f1,
    other_precision: defined(right, right + missed),
    other_recall: otherRecall,
    other_f1: otherF1,
    accuracy: share(hits + right, n),
    balanced_accuracy: n_positive && n_negative ? (recall + otherRecall) / 2 : recall + otherRecall,
    f1_macro: (f1 + otherF1) / 2,
    f1_micro: share(hits + right, n),
    f1_weighted: share(f1 * n_positive + otherF1 * n_negative, n),
    mcc: share(hits * right - alarms * missed, spread),
    false_rate: share(alarms, n_negative),
    called: share(hits + alarms, n),
  };
}

export function netCosts(counts, costs) {
  return counts.threshold.map((_, i) => {
    const hits = counts.true_positive[i];
    const alarms = counts.false_positive[i];
    return (
      costs.false_positive * alarms +
      costs.false_negative * (counts.n_positive - hits) -
      costs.true_positive * hits -
      costs.true_negative * (counts.n_negative - alarms)
    );
  });
}

// Of those that cost the same the one nearest to a half.
export function cheapest(counts, totals) {
  const least = Math.min(...totals);
  const near = least + 1e-9 * Math.max(1, Math.abs(least));
  let best = -1;
  for (const [i, total] of totals.entries()) {
    if (total > near) continue;
    if (best < 0 || Math.abs(counts.threshold[i] - 0.5) < Math.abs(counts.threshold[best] - 0.5)) best = i;
  }
  return best;
}

// Numbers with the digits that matter, as the page writes them.
export function figures(value) {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const size = Math.abs(value);
  const decimals = size >= 1000 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
