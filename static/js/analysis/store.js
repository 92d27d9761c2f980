// All trials of the run as typed columns, fetched once and then extended, and which of
// them are selected: every chart and the table look here.
const NUMBERS = ["number", "value", "spread", "gap", "seconds", "started", "finished"];

const texts = (value) => {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  if (typeof value === "number" && !Number.isInteger(value)) {
    // As the server writes it: three significant digits, without trailing zeros.
    return Math.abs(value) < 1000 ? String(Number(value.toPrecision(3))) : String(Math.round(value));
  }
  return String(value);
};

export class Store {
  constructor(settings) {
    this.settings = settings;
    this.n = 0;
    this.capacity = 0;
    this.at = new Map(); // trial number -> row
    this.algorithms = []; // names, by their code
    this.states = [];
    this.workers = [];
    this.raw = new Map(); // algorithm -> {rows, params: Map(name -> values along rows)}
    this.columns = new Map(); // what has been made of them, until the next extension
    this.cursor = 0;
    this.grow(256);
  }

  grow(needed) {
    if (needed <= this.capacity) return;
    this.capacity = Math.max(needed, 2 * this.capacity);
    const moved = (Type, old) => {
      const made = new Type(this.capacity);
      if (old) made.set(old);
      return made;
    };
    for (const name of NUMBERS) this[name] = moved(Float64Array, this[name]);
    for (const name of ["algorithm", "state", "worker"]) this[name] = moved(Uint16Array, this[name]);
    this.mask = moved(Uint8Array, this.mask);
  }

  code(list, name) {
    const found = list.indexOf(name);
    return found < 0 ? list.push(name) - 1 : found;
  }

  extend(part) {
    this.cursor = part.cursor;
    this.settings.has_ended = part.has_ended;
    const codes = {};
    for (const [one, many] of [["algorithm", "algorithms"], ["state", "states"], ["worker", "workers"]]) {
      codes[one] = part[many].map((name) => this.code(this[many], name));
    }
    const seen = part.algorithms.map(() => 0);
    this.grow(this.n + part.number.length);
    for (let i = 0; i < part.number.length; i++) {
      const known = this.at.get(part.number[i]);
      const row = known ?? this.n++;
      this.at.set(part.number[i], row);
      for (const name of NUMBERS) this[name][row] = part[name][i] ?? NaN;
      for (const name of Object.keys(codes)) this[name][row] = codes[name][part[name][i]];
      const which = part.algorithm[i];
      const index = seen[which]++;
      if (known === undefined) this.keep(part.algorithms[which], row, part.params, index);
    }
    this.columns.clear();
    return part.number.length;
  }

  keep(algorithm, row, params, index) {
    if (!this.raw.has(algorithm)) this.raw.set(algorithm, { rows: [], params: new Map() });
    const { rows, params: kept } = this.raw.get(algorithm);
    for (const [name, values] of Object.entries(params[algorithm])) {
      if (!kept.has(name)) kept.set(name, new Array(rows.length).fill(""));
      kept.get(name)[rows.length] = values[index];
    }
    rows.push(row);
  }

  rowsOf(algorithm) {
    return this.raw.get(algorithm)?.rows ?? [];
  }

  // What is drawn along an axis: {name, label, kind, data, values}.
  measure(name, label) {
    return { name, label, kind: "number", data: this[name], isWhole: name === "number" };
  }

  axis(algorithm, name) {
    const key = `${algorithm} ${name}`;
    if (this.columns.has(key)) return this.columns.get(key);
    const axis = (this.settings.axes[algorithm] ?? []).find((a) => a.name === name);
    if (!axis) return null;
    const values = [...axis.values];
    const data = new Float64Array(this.capacity).fill(NaN);
    const found = this.raw.get(algorithm);
    const column = found?.params.get(name) ?? [];
    for (let i = 0; i < column.length; i++) {
      const value = column[i];
      if (value === "" || value === undefined) continue;
      if (!values.length) data[found.rows[i]] = typeof value === "number" ? value : NaN;
      else data[found.rows[i]] = this.place(values, value);
    }
    const kind = values.length ? "category" : axis.log ? "log" : "number";
    const isWhole = column.every((value) => value === "" || Number.isInteger(value));
    const made = { name, label: name, kind, data, values, when: axis.when, isWhole };
    this.columns.set(key, made);
    return made;
  }

  // Numbers among the values are written shortened by the server.
  place(values, value) {
    const text = texts(value);
    const found = values.indexOf(text);
    if (found >= 0 || typeof value !== "number") return found >= 0 ? found : this.code(values, text);
    const short = Number(value.toPrecision(3));
    const same = values.findIndex((v) => Number(v.replaceAll(",", "")) === short);
    return same >= 0 ? same : this.code(values, text);
  }

  params(row) {
    const algorithm = this.algorithms[this.algorithm[row]];
    const found = this.raw.get(algorithm);
    if (!found) return [];
    this.places ??= new Map();
    let places = this.places.get(algorithm);
    if (!places || places.size !== found.rows.length) {
      places = new Map(found.rows.map((r, i) => [r, i]));
      this.places.set(algorithm, places);
    }
    const i = places.get(row);
    return [...found.params]
      .map(([name, values]) => [name, values[i]])
      .filter(([, value]) => value !== "" && value !== undefined)
      .map(([name, value]) => [name, texts(value)]);
  }

  title(row) {
    const name = this.algorithms[this.algorithm[row]];
    return this.settings.titles[name] ?? name;
  }

  // Rows are selected anew: a loop for each condition over plain arrays.
  select(state) {
    const { mask, n } = this;
    mask.fill(1, 0, n);
    const narrow = (keep) => {
      for (let i = 0; i < n; i++) if (mask[i] && !keep(i)) mask[i] = 0;
    };
    const algorithm = state.algorithm || (state.needsParameters(this) ? state.of : "");
    if (algorithm) {
      const code = this.algorithms.indexOf(algorithm);
      narrow((i) => this.algorithm[i] === code);
    }
    if (state.state) {
      const code = this.states.indexOf(state.state);
      narrow((i) => this.state[i] === code);
    }
    for (const [name, [low, high]] of state.ranges) {
      const data = NUMBERS.includes(name) ? this[name] : this.axis(state.of, name)?.data;
      if (data) narrow((i) => data[i] >= low && data[i] <= high);
    }
    for (const [name, chosen] of state.values) {
      const axis = this.axis(state.of, name);
      if (axis) narrow((i) => chosen.has(axis.values[axis.data[i]]));
    }
    let count = 0;
    for (let i = 0; i < n; i++) count += mask[i];
    this.nSelected = count;
  }
}
