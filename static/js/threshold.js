// The threshold of a model of two classes: a slider that every chart and metric of the page
// follows, from counts that came with the page. Its state is in the page's address:
// threshold=0.42, costs=1,5,0,0.
import { asked, remember } from "./address.js";
import { show } from "./threshold/charts.js";
import { cheapest, COSTS, figures, measure, netCosts, position, UNDEFINED } from "./threshold/numbers.js";

const source = document.getElementById("threshold-counts");
const counts = source && JSON.parse(source.textContent);
const slider = document.querySelector("[data-threshold-slider]");
const number = document.querySelector("[data-threshold-number]");

let chosen = counts?.start;
let costs = counts?.costs;
let waiting = false;
let noting = 0;
const NOTE_MS = 200; // a browser takes a new address for a visit: not at each step of a slider
// Charts in sight follow at once, the others as soon as they come into sight.
const inSight = new Set();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inSight.add(target);
      else inSight.delete(target);
    }
    update();
  },
  { rootMargin: "100px" },
);

// The same state for two charts is drawn once.
const shown = new WeakMap();
let version = 0;

function costInputs() {
  return [...document.querySelectorAll("[data-threshold-cost]")];
}

function text(name, value, title = "") {
  for (const element of document.querySelectorAll(`[data-at="${name}"]`)) {
    if (element.textContent !== value) element.textContent = value;
    if (element.title !== title) element.title = title;
  }
}

function tell(name, value) {
  if (value === null) text(name, "–", UNDEFINED[name]);
  else text(name, figures(value));
}

function advise(totals, index) {
  const best = cheapest(counts, totals);
  const advice = document.querySelector("[data-threshold-advice]");
  const difference = totals[index] - totals[best];
  const sentence =
    difference > 0
      ? `Cheapest is ${counts.threshold[best]} with a net cost of ${figures(totals[best])}; this one costs ${figures(difference)} more.`
      : `No threshold is cheaper: net cost ${figures(totals[index])}.`;
  if (advice.textContent !== sentence) advice.textContent = sentence;
  document.querySelector("[data-threshold-cheapest]").disabled = difference <= 0;
}

function render() {
  waiting = false;
  const index = position(counts, chosen);
  const totals = netCosts(counts, costs);
  const measured = { ...measure(counts, index), cost: totals[index] };
  slider.value = index;
  slider.setAttribute("aria-valuetext", `${chosen}`);
  for (const [name, value] of Object.entries(measured)) tell(name, value);
  text("threshold", `${chosen}`);
  advise(totals, index);
  for (const chart of inSight) {
    if (!chart.isConnected) inSight.delete(chart);
    else if (chart.dataset.drawn && shown.get(chart) !== version) {
      shown.set(chart, version);
      show(chart, { counts, chosen, measured, totals });
    }
  }
}

function watch() {
  for (const chart of document.querySelectorAll("[data-linked]")) watcher.observe(chart);
}

function changed() {
  version += 1;
  update();
}

function state() {
  const differs = COSTS.some((name) => costs[name] !== counts.costs[name]);
  return {
    threshold: chosen === counts.start ? "" : String(chosen),
    costs: differs ? COSTS.map((name) => costs[name]).join(",") : "",
  };
}

function note() {
  for (const [name, value] of Object.entries(state())) remember(name, value);
}

function noteSoon() {
  clearTimeout(noting);
  noting = setTimeout(note, NOTE_MS);
}

function update() {
  // As often as the screen is drawn: a slider tells more.
  if (!waiting) requestAnimationFrame(render);
  waiting = true;
}

function choose(value) {
  chosen = value;
  if (Number(number.value) !== value) number.value = value;
  noteSoon();
  changed();
}

function chooseCosts() {
  for (const input of costInputs()) {
    if (input.validity.valid) costs = { ...costs, [input.dataset.thresholdCost]: input.valueAsNumber };
  }
  noteSoon();
  changed();
}

// What makes no sense gives way to what is in force.
function settle() {
  if (!number.validity.valid) number.value = chosen;
  for (const input of costInputs()) {
    if (!input.validity.valid) input.value = costs[input.dataset.thresholdCost];
  }
}

function isField(element) {
  return element.matches("[data-threshold-number], [data-threshold-cost]");
}

// What an address asks for, if it makes sense.
function start() {
  const threshold = Number(asked("threshold"));
  if (asked("threshold") && threshold >= 0 && threshold <= 1) chosen = threshold;
  const numbers = asked("costs").split(",").map(Number);
  if (asked("costs") && numbers.length === COSTS.length && numbers.every((n) => n >= 0 && Number.isFinite(n))) {
    costs = Object.fromEntries(COSTS.map((name, i) => [name, numbers[i]]));
  }
  number.value = chosen;
  for (const input of costInputs()) input.value = costs[input.dataset.thresholdCost];
  slider.max = counts.threshold.length - 1;
  watch();
  render();
}

function listen() {
  slider.addEventListener("input", () => choose(counts.threshold[slider.valueAsNumber]));
  number.addEventListener("input", () => {
    if (number.validity.valid) choose(number.valueAsNumber);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-threshold-cost]")) chooseCosts();
  });
  document.addEventListener("change", (event) => {
    if (isField(event.target)) settle();
  });
  // Enter would send the form: only its button stores.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !isField(event.target)) return;
    event.preventDefault();
    settle();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-threshold-cheapest]")) {
      choose(counts.threshold[cheapest(counts, netCosts(counts, costs))]);
    } else if (event.target.closest("[data-threshold-reset]")) choose(counts.start);
  });
  document.addEventListener("tuneboard:drawn", (event) => {
    shown.delete(event.target);
    update();
  });
  document.addEventListener("tuneboard:theme", changed);
  document.addEventListener("htmx:afterSettle", () => {
    watch();
    changed();
  });
  // A link that shows one chart differently keeps the threshold.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.closest("[data-keeps-threshold]")) return;
    const url = new URL(event.detail.path, location.href);
    clearTimeout(noting);
    for (const [name, value] of Object.entries(state())) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    event.detail.path = url.pathname + url.search.replaceAll("%2C", ",");
  });
}

if (counts && slider) {
  start();
  listen();
}
