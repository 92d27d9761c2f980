// What somebody has opened stays open when an answer replaces the part of the page it is
// in: <details> are found again by their id. One that was about to fetch its content asks
// again, and the answer to the request of its former self is left aside.
const opened = new Set();

function remember(target) {
  for (const details of target?.querySelectorAll?.("details[id][open]") ?? []) opened.add(details.id);
}

document.addEventListener("htmx:beforeSwap", (event) => remember(event.detail.target));
document.addEventListener("htmx:oobBeforeSwap", (event) => remember(event.detail.target));

document.addEventListener("htmx:load", (event) => {
  for (const details of event.detail.elt.querySelectorAll?.("details[id]") ?? []) {
    if (opened.delete(details.id)) details.open = true;
  }
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const asking = event.detail.elt;
  const answered = (answer) => {
    if (!asking.isConnected) answer.preventDefault();
  };
  asking.addEventListener("htmx:beforeOnLoad", answered, { once: true });
});
