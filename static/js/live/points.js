// The points of a search, as far as this page knows them. Messages bring the latest ones;
// what a page missed, and what was before it was opened, is fetched once.
//
// #history-recent   JSON: {points: [[number, value, algorithm], ...], seconds, n_complete,
//                   metric, greater_is_better, algorithms: {name: title}, baseline, marks}
// data-url of #history-chart answers the same with all points; ?few leaves out some of
// many and says with `digests` how the scores of each algorithm spread.
const REFETCH_MS = 3000;
const MANY = 2000; // more are thinned by the server

const url = document.getElementById("history-chart")?.dataset.url;
const listeners = [];
let lastFetch = 0;
let fetching = false;

export const points = new Map(); // number -> {number, value, algorithm, seconds}
export const scores = new Map(); // algorithm -> [[value, weight], ...]
export let about = null; // the rest of the latest message
let counted = 0; // n_complete when the points were last whole

export function read(id) {
  const source = document.getElementById(id);
  return source?.textContent.trim() ? JSON.parse(source.textContent) : null;
}

// Called with the algorithms that have new points.
export function onNews(listener) {
  listeners.push(listener);
}

function addScore(algorithm, value) {
  if (!scores.has(algorithm)) scores.set(algorithm, []);
  scores.get(algorithm).push([value, 1]);
}

// The first `fresh` of the points have not been counted among the scores.
function add(found, fresh) {
  const changed = new Set();
  found.points.forEach(([number, value, algorithm], i) => {
    if (value === null || points.has(number)) return;
    points.set(number, { number, value, algorithm, seconds: found.seconds[i] });
    if (i < fresh) addScore(algorithm, value);
    changed.add(algorithm);
  });
  return changed;
}

function replace(found) {
  points.clear();
  scores.clear();
  add(found, 0);
  for (const [algorithm, digest] of Object.entries(found.digests)) scores.set(algorithm, digest);
  counted = found.n_complete;
}

async function fetchAll() {
  if (fetching) return;
  fetching = true;
  try {
    const wait = lastFetch + REFETCH_MS - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    lastFetch = Date.now();
    const answer = await fetch(`${url}?few`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    replace(await answer.json());
    take(read("history-recent"), true);
  } catch {
    // Offline: the next message asks again.
  } finally {
    fetching = false;
  }
}

function take(recent, all = false) {
  if (!recent) return;
  about = recent;
  const fresh = recent.n_complete - counted;
  const missed = fresh > recent.points.length;
  const changed = add(recent, fresh);
  if (missed || points.size > MANY) fetchAll();
  else counted = recent.n_complete;
  if (all || changed.size) for (const listener of listeners) listener(all ? null : changed);
  else for (const listener of listeners) listener(new Set());
}

export function start() {
  if (!url) return;
  let before = "";
  const look = () => {
    const text = document.getElementById("history-recent")?.textContent;
    if (!text || text === before) return;
    before = text;
    take(JSON.parse(text));
  };
  take(read("history-recent"), true);
  before = document.getElementById("history-recent")?.textContent;
  document.addEventListener("tuneboard:renewed", look);
}

// There are fewer colours than algorithms: the next round has another shape.
export function style(algorithm, series) {
  const names = Object.keys(about.algorithms);
  const place = Math.max(0, names.indexOf(algorithm));
  const round = Math.floor(place / series.length) % 3;
  const symbol = algorithm === "ensemble" ? "star" : ["circle", "diamond", "square"][round];
  return { color: series[place % series.length], symbol };
}

export function title(algorithm) {
  return about.algorithms[algorithm] ?? algorithm;
}
