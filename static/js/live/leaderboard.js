// The leaderboard: sorted by a column of the reader's choice, and trials picked to be
// compared. Both are in the address, and both outlive every update.
//
// th[data-sort="NAME"]   a column that sorts by its cells' data-key
// #compare               the form whose boxes are ticked; leads to ?trials=3,5,9
import { asked, remember } from "../address.js";

const MOST = 10;
// Smaller first at the first click; of scores and metrics the greater.
const ASCENDING = new Set(["rank", "score", "fit", "trial"]);

const picked = new Set(
  asked("trials").split(",").filter((number) => /^\d+$/.test(number)),
);
let order = asked("sort");

function heads(root) {
  return [...root.querySelectorAll("th[data-sort]")];
}

function decorate(root) {
  const column = order.replace(/^-/, "");
  for (const head of heads(root)) {
    if (!head.querySelector("button")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.id = `sort-${head.id}`;
      button.append(...head.childNodes);
      head.append(button);
    }
    if (head.dataset.sort !== column) head.removeAttribute("aria-sort");
    else head.setAttribute("aria-sort", order.startsWith("-") ? "descending" : "ascending");
  }
}

function sort(root) {
  const body = root.querySelector("tbody");
  const head = heads(root).find((h) => h.dataset.sort === order.replace(/^-/, ""));
  const index = head ? head.cellIndex : 1;
  const sign = order.startsWith("-") ? -1 : 1;
  const key = (row) => {
    const text = row.cells[index].dataset.key;
    return text ? sign * Number(text) : Infinity; // without a value last, either way
  };
  const rows = [...body.rows];
  const sorted = rows
    .map((row) => [key(row), Number(row.cells[1].dataset.key), row])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, , row]) => row);
  if (sorted.some((row, i) => row !== rows[i])) body.append(...sorted);
}

function arrange(root) {
  if (!root?.querySelector("tbody")) return;
  decorate(root);
  sort(root);
}

function tick() {
  for (const box of document.querySelectorAll("#leaders input[type=checkbox]")) {
    box.checked = picked.has(box.value);
    box.disabled = !box.checked && picked.size >= MOST;
  }
  const button = document.getElementById("compare-button");
  if (!button) return;
  const n = picked.size;
  button.textContent = n ? `Compare ${n} trial${n === 1 ? "" : "s"}` : "Compare";
  button.disabled = n < 2;
  button.title = n < 2 ? "Tick 2 to 10 trials" : `Trials ${[...picked].join(", ")}`;
  document.getElementById("compare-clear").hidden = !n;
}

function pick() {
  remember("trials", [...picked].join(","));
  tick();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("#leaders input[type=checkbox]")) return;
  if (event.target.checked) picked.add(event.target.value);
  else picked.delete(event.target.value);
  pick();
});

document.addEventListener("click", (event) => {
  const head = event.target.closest("#live-leaderboard th[data-sort]");
  if (!head) return;
  const name = head.dataset.sort;
  const first = ASCENDING.has(name) ? name : `-${name}`;
  const other = first.startsWith("-") ? name : `-${name}`;
  order = order === first ? other : first;
  remember("sort", order);
  arrange(document.getElementById("live-leaderboard"));
});

document.getElementById("compare")?.addEventListener("submit", (event) => {
  event.preventDefault();
  location.href = `${event.target.action}?trials=${[...picked].join(",")}`;
});
document.getElementById("compare-clear")?.addEventListener("click", () => {
  picked.clear();
  pick();
});
document.addEventListener("tuneboard:arrange", ({ detail }) => {
  if (detail.target.id === "live-leaderboard") arrange(detail.source);
});
document.addEventListener("tuneboard:renewed", tick);

arrange(document.getElementById("live-leaderboard"));
tick();
