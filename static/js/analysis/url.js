// The page's state and its form in the address: what the server understands as well.
const MEASURES = ["number", "value", "seconds", "spread", "gap", "started"];
const limit = (text) => (text === null || text.trim() === "" ? NaN : Number(text));

export class State {
  constructor(settings) {
    this.settings = settings;
    this.listeners = new Set();
    this.read();
  }

  axes() {
    return this.settings.axes[this.of] ?? [];
  }

  read() {
    const query = new URLSearchParams(window.location.search);
    this.of = query.get("of") in this.settings.axes ? query.get("of") : this.settings.of;
    const names = this.axes().map((axis) => axis.name);
    this.x = names.includes(query.get("x")) ? query.get("x") : this.settings.x;
    this.y = names.includes(query.get("y")) ? query.get("y") : this.settings.y;
    this.algorithm = query.get("algorithm") ?? "";
    this.state = query.get("state") ?? "";
    this.trials = (query.get("trials") ?? "").split(",").filter(Boolean).map(Number);
    this.ranges = new Map();
    this.values = new Map();
    for (const name of MEASURES) this.readRange(query, name);
    for (const axis of this.axes()) {
      if (!axis.values.length) this.readRange(query, axis.name);
      else {
        const chosen = query.getAll(axis.name).filter((value) => axis.values.includes(value));
        if (chosen.length) this.values.set(axis.name, new Set(chosen));
      }
    }
  }

  readRange(query, name) {
    const [low, high] = [limit(query.get(`${name}_min`)), limit(query.get(`${name}_max`))];
    if (Number.isNaN(low) && Number.isNaN(high)) return;
    const limits = [Number.isNaN(low) ? -Infinity : low, Number.isNaN(high) ? Infinity : high];
    this.ranges.set(name, limits.sort((a, b) => a - b));
  }

  query() {
    const query = new URLSearchParams();
    if (this.of) query.set("of", this.of);
    if (this.x) query.set("x", this.x);
    if (this.y) query.set("y", this.y);
    if (this.algorithm) query.set("algorithm", this.algorithm);
    if (this.state) query.set("state", this.state);
    for (const [name, [low, high]] of this.ranges) {
      if (Number.isFinite(low)) query.set(`${name}_min`, low);
      if (Number.isFinite(high)) query.set(`${name}_max`, high);
    }
    for (const [name, chosen] of this.values) for (const value of chosen) query.append(name, value);
    if (this.trials.length) query.set("trials", this.trials.join(","));
    return query;
  }

  // A parameter's range selects trials of the algorithm in view alone.
  needsParameters() {
    if (this.values.size) return true;
    return [...this.ranges.keys()].some((name) => !MEASURES.includes(name));
  }

  setRange(name, low, high) {
    if (low === null) this.ranges.delete(name);
    else this.ranges.set(name, [low, high]);
  }

  setValues(name, chosen) {
    if (chosen?.length) this.values.set(name, new Set(chosen));
    else this.values.delete(name);
  }

  // Another algorithm has other parameters.
  look(algorithm) {
    this.of = algorithm;
    const names = this.axes().map((axis) => axis.name);
    [this.x = "", this.y = this.x] = names;
    this.values.clear();
    for (const name of [...this.ranges.keys()]) if (!MEASURES.includes(name)) this.ranges.delete(name);
  }

  clear() {
    this.algorithm = this.state = "";
    this.trials = [];
    this.ranges.clear();
    this.values.clear();
  }

  changed() {
    window.history.replaceState(null, "", `?${this.query()}`);
    for (const listener of this.listeners) listener();
  }
}
