// The selection as a form: everything a brush can do, by keyboard.
const MEASURES = [
  ["value", null],
  ["seconds", "Time in seconds"],
  ["spread", "Spread over folds"],
  ["gap", "Train-test gap"],
  ["number", "Trial number"],
];

export class Filters {
  constructor(store, state) {
    this.state = state;
    this.form = document.getElementById("analysis-filters");
    this.inputs = document.getElementById("analysis-range-inputs");
    this.count = document.getElementById("analysis-count");
    this.store = store;
    this.built = null;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("change", (event) => this.take(event.target));
    document.getElementById("analysis-clear").addEventListener("click", (event) => {
      event.preventDefault();
      state.clear();
      state.changed();
    });
    // Ranges that the address brings are to be seen.
    if (state.ranges.size || state.values.size) document.getElementById("analysis-ranges").open = true;
  }

  take(input) {
    const { state } = this;
    if (input.name === "of") state.look(input.value);
    else if (input.name === "algorithm") {
      state.algorithm = input.value;
      if (input.value in state.settings.axes && input.value !== state.of) state.look(input.value);
    } else if (input.name === "state") state.state = input.value;
    else if (input.dataset.range) this.takeRange(input.dataset.range);
    else if (input.dataset.value) this.takeValues(input.dataset.value);
    state.changed();
  }

  takeRange(name) {
    const read = (end, none) => {
      const text = this.inputs.querySelector(`[data-range="${CSS.escape(name)}"][data-end="${end}"]`).value;
      return text === "" ? none : Number(text);
    };
    const limits = [read("min", -Infinity), read("max", Infinity)].sort((a, b) => a - b);
    if (limits.some(Number.isFinite)) this.state.setRange(name, ...limits);
    else this.state.setRange(name, null);
  }

  takeValues(name) {
    const boxes = this.inputs.querySelectorAll(`[data-value="${CSS.escape(name)}"]:checked`);
    this.state.setValues(name, [...boxes].map((box) => box.value));
  }

  build() {
    const { state, store } = this;
    const groups = MEASURES.map(([name, label]) => this.range(name, label ?? store.settings.metric));
    for (const axis of state.axes()) {
      groups.push(axis.values.length ? this.choice(axis) : this.range(axis.name, axis.name));
    }
    this.inputs.replaceChildren(...groups);
    this.built = state.of;
  }

  range(name, label) {
    const group = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = label;
    group.append(legend);
    for (const [end, words] of [["min", "from"], ["max", "to"]]) {
      const input = document.createElement("input");
      input.type = "number";
      input.step = "any";
      input.className = "form-control form-control-sm";
      input.placeholder = words;
      input.setAttribute("aria-label", `${label} ${words}`);
      input.dataset.range = name;
      input.dataset.end = end;
      group.append(input);
    }
    return group;
  }

  choice(axis) {
    const group = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = axis.name;
    group.append(legend);
    for (const value of axis.values) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.className = "form-check-input";
      box.value = value;
      box.dataset.value = axis.name;
      label.append(box, ` ${value}`);
      group.append(label);
    }
    return group;
  }

  show() {
    const { state, store } = this;
    if (this.built !== state.of) this.build();
    for (const [name, value] of [["of", state.of], ["algorithm", state.algorithm], ["state", state.state]]) {
      this.form.elements[name].value = value;
    }
    for (const input of this.inputs.querySelectorAll("[data-range]")) {
      const limit = state.ranges.get(input.dataset.range)?.[input.dataset.end === "min" ? 0 : 1];
      const text = Number.isFinite(limit) ? String(limit) : "";
      if (input !== document.activeElement || input.value === "") input.value = text;
    }
    for (const box of this.inputs.querySelectorAll("[data-value]")) {
      box.checked = state.values.get(box.dataset.value)?.has(box.value) ?? false;
    }
    const isAll = store.nSelected === store.n;
    const n = (count) => count.toLocaleString("en");
    this.count.textContent = isAll ? `All ${n(store.n)} trials` : `${n(store.nSelected)} of ${n(store.n)} trials`;
  }
}
