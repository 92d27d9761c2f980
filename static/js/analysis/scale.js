// From data to pixels and back: numbers, logarithms, categories; and readable ticks.
export function written(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size && (size < 1e-4 || size >= 1e9)) return value.toExponential(1);
  if (size >= 1000) return value.toLocaleString("en", { maximumFractionDigits: 1 });
  return String(Number(value.toPrecision(5)));
}

export function seconds(value) {
  if (!Number.isFinite(value)) return "–";
  if (value < 1) return `${Math.round(1000 * value)} ms`;
  if (value < 60) return `${value.toFixed(1)} s`;
  const minutes = Math.floor(value / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(value % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// The span of the known values. Far outliers would press all others into a line: they
// are drawn at the edge.
export function domain(axis, rows, { clip = false } = {}) {
  if (axis.kind === "category") return [-0.5, Math.max(axis.values.length, 1) - 0.5];
  const known = [];
  for (const i of rows) {
    const value = axis.data[i];
    if (Number.isFinite(value) && (axis.kind !== "log" || value > 0)) known.push(value);
  }
  if (!known.length) return axis.kind === "log" ? [0.1, 1] : [0, 1];
  known.sort((a, b) => a - b);
  let [low, high] = [known[0], known.at(-1)];
  if (clip && known.length > 20) {
    const [q1, q3] = [known[known.length >> 2], known[(3 * known.length) >> 2]];
    const reach = 4 * (q3 - q1);
    if (reach > 0) [low, high] = [Math.max(low, q1 - reach), Math.min(high, q3 + reach)];
  }
  if (axis.kind === "log") {
    const room = low === high ? 2 : (high / low) ** 0.04;
    return [low / room, high * room];
  }
  const room = low === high ? Math.abs(low) * 0.1 || 0.5 : (high - low) * 0.04;
  return [low - room, high + room];
}

export class Scale {
  constructor(axis, [low, high], [from, to]) {
    this.axis = axis;
    this.isLog = axis.kind === "log";
    this.limits = [low, high];
    this.pixels = [from, to];
    [this.a, this.b] = this.isLog ? [Math.log(low), Math.log(high)] : [low, high];
    this.factor = (to - from) / (this.b - this.a);
    this.edges = [Math.min(from, to), Math.max(from, to)];
  }

  to(value) {
    const place = this.pixels[0] + ((this.isLog ? Math.log(value) : value) - this.a) * this.factor;
    return Math.min(Math.max(place, this.edges[0]), this.edges[1]);
  }

  from(pixel) {
    const value = this.a + (pixel - this.pixels[0]) / this.factor;
    return this.isLog ? Math.exp(value) : value;
  }

  ticks(most) {
    if (this.axis.kind === "category") {
      return this.axis.values.map((text, i) => [i, text]);
    }
    const [low, high] = this.limits;
    const form = this.axis.written ?? written;
    if (this.isLog && high / low > 20) {
      const decades = Math.log10(high / low);
      const every = Math.max(1, Math.ceil(decades / most));
      const within = 3 * decades <= most ? [1, 2, 5] : [1];
      const found = [];
      for (let e = Math.floor(Math.log10(low)); 10 ** e <= high; e += every) {
        for (const m of within) {
          const value = Number((m * 10 ** e).toPrecision(6));
          if (value >= low && value <= high) found.push([value, form(value)]);
        }
      }
      return found;
    }
    const rough = (high - low) / Math.max(1, most);
    const size = 10 ** Math.floor(Math.log10(rough));
    let step = size * [1, 2, 5, 10].find((m) => m * size >= rough);
    if (this.axis.isWhole) step = Math.max(1, Math.round(step)); // there is no trial 0.5
    const found = [];
    for (let i = Math.ceil(low / step); i * step <= high; i++) found.push([i * step, form(i * step)]);
    return found;
  }
}
