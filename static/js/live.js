// A live page is renewed piece by piece, a few times a second. What has not changed is
// left alone, and what has is changed in place: the page can be read and operated, also
// by keyboard, while it moves.
//
// Of each piece only the newest markup is kept until the next frame, and a frame is shown
// before the next one is begun: a slow browser skips states, and never falls behind.
//
// "tuneboard:arrange" lets other modules sort or filter a piece before it is shown; its
// detail has the piece on the page as `target` and the news as `source`.
// "tuneboard:renewed" says that the page has changed.
import { frame } from "./live/frame.js";
import { morph } from "./morph.js";

const NAME = " · Tuneboard";
const LIVING = "[hx-get], [hx-post]";

const opened = new Set(); // ids of details; a worker's card goes and comes with its trials
const news = new Map(); // id -> the newest markup, in the order it came
let busy = false;

function keep(message) {
  const template = document.createElement("template");
  template.innerHTML = message;
  for (const piece of template.content.children) {
    // A row belongs into the newest list: what is newer comes later.
    news.delete(piece.id);
    news.set(piece.id, piece);
  }
}

function show(source) {
  const target = document.getElementById(source.id);
  if (!target) return;
  source.removeAttribute("hx-swap-oob");
  document.dispatchEvent(new CustomEvent("tuneboard:arrange", { detail: { target, source } }));
  for (const details of source.querySelectorAll("details[id]")) {
    if (opened.has(details.id)) details.open = true;
  }
  const focused = document.activeElement;
  const has = target.contains(focused) ? focused.id : "";
  morph(target, source);
  // A row that is moved loses the focus.
  if (has && document.activeElement !== focused) {
    document.getElementById(has)?.focus({ preventScroll: true });
  }
  if (target.querySelector(LIVING)) window.htmx.process(target);
}

// The browser's tab tells how far the run has come.
function showTitle() {
  const title = document.getElementById("live-progress")?.dataset.title;
  if (title && document.title !== title + NAME) document.title = title + NAME;
}

async function renew() {
  busy = true;
  while (news.size) {
    await frame();
    const pieces = [...news.values()];
    news.clear();
    for (const piece of pieces) {
      try {
        show(piece);
      } catch (error) {
        console.error(error); // the other pieces are shown
      }
    }
    showTitle();
    document.dispatchEvent(new Event("tuneboard:renewed"));
    await frame(); // which begins when this one has been painted
  }
  busy = false;
}

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.id || !target.isConnected) return;
    if (target.open) opened.add(target.id);
    else opened.delete(target.id);
  },
  true, // it does not bubble
);

document.addEventListener("htmx:wsBeforeMessage", (event) => {
  event.preventDefault();
  keep(event.detail.message);
  if (!busy) renew();
});
