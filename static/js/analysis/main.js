// The analysis page: trials fetched once, one selection, and all that follows it.
import { Contour } from "./charts/contour.js";
import { Distribution } from "./charts/edf.js";
import { Gap } from "./charts/gap.js";
import { History } from "./charts/history.js";
import { ImportanceChart } from "./charts/importance.js";
import { Parallel } from "./charts/parallel.js";
import { Pareto } from "./charts/pareto.js";
import { Rank } from "./charts/rank.js";
import { Slice } from "./charts/slice.js";
import { Stability } from "./charts/stability.js";
import { Timeline } from "./charts/timeline.js";
import { Filters } from "./filters.js";
import { Live } from "./live.js";
import { Store } from "./store.js";
import { TrialTable } from "./table.js";
import { State } from "./url.js";
import { Words } from "./words.js";

const KINDS = {
  history: History,
  importance: ImportanceChart,
  parallel: Parallel,
  slice: Slice,
  contour: Contour,
  rank: Rank,
  edf: Distribution,
  pareto: Pareto,
  stability: Stability,
  gap: Gap,
  timeline: Timeline,
};

const root = document.getElementById("analysis");
const settings = JSON.parse(document.getElementById("analysis-settings").textContent);
const state = new State(settings);
const store = new Store(settings);
const loading = fetch(`${root.dataset.url}trials.json`, { credentials: "same-origin" });

const charts = [...root.querySelectorAll("[data-chart]")].map(
  (section) => new KINDS[section.dataset.chart](section, store, state),
);
const importance = charts.find((chart) => chart.name === "importance");
const filters = new Filters(store, state);
const table = new TrialTable(root, store, state);
const words = new Words(root, state, charts);
const live = new Live(root, store, news);
let of = null;

function show() {
  store.select(state);
  for (const chart of charts) chart.change();
  filters.show();
  table.show();
  for (const select of root.querySelectorAll("[data-pick]")) pick(select);
}

function pick(select) {
  const names = state.axes().map((axis) => axis.name);
  if ([...select.options].map((option) => option.value).join() !== names.join()) {
    select.replaceChildren(...names.map((name) => new Option(name)));
  }
  select.value = state[select.dataset.pick];
}

// Importance is another algorithm's, or a worker has it ready.
async function askImportance() {
  of = state.of;
  await importance.fetch();
  if (importance.isPending || !settings.has_ended) live.open();
  else live.close();
}

function selected() {
  show();
  words.change();
  if (of !== state.of) askImportance();
}

function news(part) {
  const before = store.n;
  const n = store.extend(part);
  if (n || before !== store.n) {
    document.getElementById("analysis-empty")?.remove();
    document.getElementById("analysis-content").hidden = false;
    selected();
  }
  if (importance.isPending || importance.isOutdated) askImportance();
  else if (settings.has_ended) live.close();
}

async function start() {
  const answer = await loading;
  if (!answer.ok) return;
  store.extend(await answer.json());
  show();
  words.links();
  root.dataset.ready = "true";
  state.listeners.add(selected);
  importance.onReady = () => words.change();
  if (store.n) await askImportance();
  if (!settings.has_ended) live.open();
}

window.addEventListener("popstate", () => {
  state.read();
  selected();
});
document.addEventListener("tuneboard:theme", () => {
  for (const chart of charts) chart.change();
});
start();
