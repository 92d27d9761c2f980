// Says in [data-connection] whether the page's socket is open. The ws extension of
// htmx reconnects by itself and the server then sends the whole state.
const WORDS = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Connection lost, reconnecting…",
  closed: "",
  full: "Not live: close other pages, then reload",
};

function show(state) {
  for (const element of document.querySelectorAll("[data-connection]")) {
    element.dataset.state = state;
    element.textContent = WORDS[state];
    element.hidden = !WORDS[state];
  }
}

document.addEventListener("htmx:wsConnecting", () => {
  const lost = document.querySelector('[data-connection][data-state="lost"]');
  if (!lost) show("connecting");
});
document.addEventListener("htmx:wsOpen", () => show("live"));
document.addEventListener("htmx:wsClose", (event) => {
  // 1000: the server has nothing more to say. 4429: too many sockets of this person.
  const states = { 1000: "closed", 4429: "full" };
  show(states[event.detail.event.code] ?? "lost");
});
