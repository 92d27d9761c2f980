// Draws charts as often as the machine can bear: one at a time, each at most once a second,
// and with several times as long a rest as each took, so that text, and what people read
// and press, is never kept waiting. Off the screen a chart is drawn only the first time.
import { frame } from "./frame.js";

const EACH_MS = 1000;
const REST_MS = 100;
const RESTS = 4; // times as long as a drawing took
const NEAR = "200px"; // a chart that close to the screen is soon scrolled to

const queue = new Set();
let busy = false;

const idle = () =>
  new Promise((resolve) => {
    if (window.requestIdleCallback) window.requestIdleCallback(resolve, { timeout: REST_MS });
    else setTimeout(resolve, 0);
  });

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function nextDue() {
  const shown = [...queue].filter((chart) => chart.near || !chart.drawn);
  return shown.sort((a, b) => a.due - b.due)[0];
}

async function work() {
  busy = true;
  for (let chart = nextDue(); chart; chart = nextDue()) {
    const wait = chart.due - performance.now();
    if (wait > 0) {
      await rest(wait);
      continue; // another may be on the screen by now
    }
    await frame();
    await idle();
    queue.delete(chart);
    chart.drawn = true;
    const begin = performance.now();
    try {
      await chart.draw();
    } catch (error) {
      console.error(error); // the other charts go on
    }
    await frame(); // what the browser makes of it takes as long again
    const took = performance.now() - begin;
    chart.due = begin + EACH_MS;
    await rest(Math.max(REST_MS, RESTS * took));
  }
  busy = false;
}

function wake() {
  if (!busy) work();
}

// Returns a function that has `draw` called soon if `element` is on the screen, or once it
// is; calls meanwhile are one.
export function paced(element, draw) {
  const chart = { draw, due: 0, near: false, drawn: false };
  const watch = (entries) => {
    chart.near = entries.at(-1).isIntersecting;
    if (chart.near) wake();
  };
  new IntersectionObserver(watch, { rootMargin: NEAR }).observe(element);
  return () => {
    queue.add(chart);
    wake();
  };
}
