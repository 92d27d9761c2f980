// <time data-since="ISO">, data-until="ISO" are shown as "3 min 12 s" and tick every
// second, also those swapped in later; <time datetime="ISO" data-clock> is the time of
// day where the reader is, data-clock="date", "seconds" or "date seconds" that and more.
const UNITS = [
  ["d", 86400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

const TIME = { hour: "2-digit", minute: "2-digit" };
const DATE = { day: "numeric", month: "short", year: "numeric" };
const clocks = new Map(
  ["", "seconds", "date", "date seconds"].map((kind) => [
    kind,
    // As the server writes them.
    new Intl.DateTimeFormat("en-GB", {
      ...TIME,
      ...(kind.includes("seconds") && { second: "2-digit" }),
      ...(kind.includes("date") && DATE),
    }),
  ]),
);

export function clock(date, kind = "") {
  return clocks.get(kind).format(date);
}

export function duration(seconds) {
  let rest = Math.max(0, Math.floor(seconds));
  const parts = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count || parts.length || name === "s") parts.push(`${count} ${name}`);
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

// Times are the server's, so they are compared with its clock: <body data-now> is what
// it said when the page's first byte came.
function clockOffset() {
  const server = Date.parse(document.body.dataset.now);
  const [page] = performance.getEntriesByType("navigation");
  const local = performance.timeOrigin + (page?.responseStart ?? 0);
  // Whole seconds only, and a slow answer is no difference between clocks.
  return Math.abs(server - local) > 2000 ? server - local : 0;
}

const offset = clockOffset();

function tick() {
  const now = Date.now() + offset;
  for (const element of document.querySelectorAll("[data-since], [data-until]")) {
    const { since, until } = element.dataset;
    const seconds = since ? (now - Date.parse(since)) / 1000 : (Date.parse(until) - now) / 1000;
    const text = Number.isFinite(seconds) ? duration(seconds) : "";
    if (element.textContent !== text) element.textContent = text;
  }
  for (const element of document.querySelectorAll("[data-clock]")) {
    const text = clock(new Date(element.dateTime), element.dataset.clock);
    if (element.textContent !== text) element.textContent = text;
  }
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", tick);
document.addEventListener("tuneboard:renewed", tick);
