// The log: a level and a text filter what is shown, both in the address; older lines are
// fetched on demand. The server sends the latest lines: those that fall out are kept.
import { asked, remember } from "../address.js";

const RANK = { info: 0, warning: 1, error: 2 };
const KEPT = 500;

const form = document.getElementById("log-filter");
const level = document.getElementById("log-level");
const text = document.getElementById("log-text");
const earlier = document.getElementById("log-earlier");
const more = document.getElementById("log-more");
const none = document.getElementById("log-none");

function fits(line) {
  const least = RANK[level.value] ?? 0;
  const words = text.value.trim().toLowerCase();
  return (RANK[line.dataset.level] ?? 0) >= least && line.textContent.toLowerCase().includes(words);
}

function filter(root) {
  for (const line of root.querySelectorAll(".log-line[data-level]")) line.hidden = !fits(line);
}

function lines() {
  return [...document.querySelectorAll("#log .log-line[data-level]")];
}

function sayNone() {
  const all = lines();
  none.hidden = !all.length || all.some((line) => !line.hidden);
}

function number(line) {
  return Number(line.id.replace("event-", ""));
}

// What the latest lines no longer have goes on top of the earlier ones.
function keep(target, source) {
  const shown = [...target.querySelectorAll(".log-line[data-level]")];
  const news = [...source.querySelectorAll(".log-line[data-level]")];
  if (!shown.length || !news.length) return;
  const oldest = number(news.at(-1));
  if (oldest > number(shown[0])) {
    // Lines between are missing: the earlier ones begin anew below the latest.
    earlier.replaceChildren();
    more?.parentElement.removeAttribute("hidden");
    return;
  }
  earlier.prepend(...shown.filter((line) => number(line) < oldest));
  while (earlier.children.length > KEPT) earlier.lastElementChild.remove();
}

async function loadEarlier(event) {
  event.preventDefault();
  const last = lines().at(-1);
  const url = new URL(more.href);
  if (last) url.searchParams.set("before", number(last));
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  filter(page);
  const list = page.querySelector("ol");
  earlier.append(...list.children);
  if (!list.dataset.older) more.parentElement.hidden = true;
  sayNone();
}

if (form) {
  level.value = asked("level") in RANK ? asked("level") : "";
  text.value = asked("text");
  form.addEventListener("input", () => {
    remember("level", level.value);
    remember("text", text.value.trim());
    filter(document);
    sayNone();
  });
  more?.addEventListener("click", loadEarlier);
  document.addEventListener("tuneboard:arrange", ({ detail }) => {
    if (detail.target.id !== "live-log") return;
    keep(detail.target, detail.source);
    filter(detail.source);
  });
  document.addEventListener("tuneboard:renewed", sayNone);
  filter(document);
  sayNone();
}
