// The selected trials beneath the charts, the best first; those chosen can be compared.
import { seconds, written } from "./scale.js";

const PAGE = 25;
const MOST_CHOSEN = 10;

export class TrialTable {
  constructor(root, store, state) {
    this.root = root;
    this.store = store;
    this.state = state;
    this.shown = PAGE;
    this.body = document.querySelector("#analysis-table tbody");
    this.more = document.getElementById("analysis-more");
    this.compare = document.getElementById("analysis-compare");
    this.all = document.getElementById("analysis-all");
    this.more.querySelector("button").addEventListener("click", () => {
      this.shown += PAGE;
      this.show();
    });
    this.body.addEventListener("change", (event) => this.choose(event.target));
  }

  choose(box) {
    const number = Number(box.value);
    const others = this.state.trials.filter((n) => n !== number);
    this.state.trials = box.checked ? [...others, number].slice(-MOST_CHOSEN) : others;
    this.state.changed();
  }

  show() {
    const { store, state } = this;
    const rows = [];
    for (let i = 0; i < store.n; i++) if (store.mask[i]) rows.push(i);
    const sign = store.settings.greater_is_better ? 1 : -1;
    const score = (i) => (Number.isFinite(store.value[i]) ? sign * store.value[i] : -Infinity);
    rows.sort((a, b) => score(b) - score(a) || store.number[a] - store.number[b]);
    const focused = document.activeElement?.value;
    const had = this.body.contains(document.activeElement);
    this.body.replaceChildren(...rows.slice(0, this.shown).map((i) => this.row(i)));
    if (had) this.body.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    this.more.hidden = rows.length <= this.shown;
    this.compare.hidden = state.trials.length < 2;
    this.compare.textContent = `Compare ${state.trials.length} trials`;
    this.compare.href = `${this.root.dataset.compareUrl}?trials=${state.trials.join(",")}`;
    this.all.href = `${this.root.dataset.trialsUrl}?${state.query()}`;
    if (!rows.length) this.body.append(emptyRow());
  }

  row(i) {
    const { store, state } = this;
    const number = store.number[i];
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input";
    box.value = number;
    box.checked = state.trials.includes(number);
    box.setAttribute("aria-label", `Choose trial ${number}`);
    const link = document.createElement("a");
    link.href = `../trials/${number}/`;
    link.textContent = number;
    const params = document.createElement("div");
    params.className = "params";
    for (const [name, value] of store.params(i)) {
      const pair = document.createElement("span");
      const label = document.createElement("span");
      label.className = "param-name";
      label.textContent = name;
      pair.append(label, ` ${value}`);
      params.append(pair);
    }
    return cells([
      [box], [link, "number"], [store.title(i)], [store.states[store.state[i]]],
      [written(store.value[i]), "number"], [seconds(store.seconds[i]), "number"], [params],
    ]);
  }
}

function cells(found) {
  const row = document.createElement("tr");
  for (const [content, css] of found) {
    const cell = row.insertCell();
    if (css) cell.className = css;
    cell.append(content);
  }
  return row;
}

function emptyRow() {
  const row = document.createElement("tr");
  const cell = row.insertCell();
  cell.colSpan = 7;
  cell.textContent = "No trial fits the selection. Widen a range, or clear the selection.";
  return row;
}
