// The run's socket hints that there is more; what is new is then fetched since the last
// event known. Nothing is polled.
const PAUSE_MS = 400;
const RETRY_MS = 2000;
const LONGEST_MS = 30_000;
const FULL = 4429;

export class Live {
  constructor(root, store, onNews) {
    this.root = root;
    this.store = store;
    this.onNews = onNews;
    this.label = document.getElementById("analysis-live");
    this.retry = RETRY_MS;
    this.asked = false;
    this.busy = false;
  }

  say(state, words) {
    if (!this.label) return;
    this.label.dataset.state = state;
    this.label.textContent = words;
    this.label.hidden = !words;
  }

  open() {
    if (this.socket) return;
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${window.location.host}/ws/runs/${this.store.settings.run}/`);
    this.socket = socket;
    socket.addEventListener("open", () => {
      if (socket !== this.socket) return;
      this.retry = RETRY_MS;
      this.say("live", "Live");
    });
    socket.addEventListener("message", () => this.look());
    socket.addEventListener("close", (event) => {
      if (socket !== this.socket) return; // closed by this page
      this.socket = null;
      // Opened only to be told that this person has too many open.
      if (event.code === FULL) this.retry = LONGEST_MS;
      this.say("lost", "Connection lost, reconnecting…");
      this.timer = setTimeout(() => this.open(), this.retry);
      this.retry = Math.min(2 * this.retry, LONGEST_MS);
    });
  }

  close() {
    const { socket } = this;
    this.socket = null;
    clearTimeout(this.timer);
    this.say("closed", "");
    socket?.close();
  }

  async look() {
    this.asked = true;
    if (this.busy) return;
    this.busy = true;
    while (this.asked) {
      this.asked = false;
      await this.fetch();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    this.busy = false;
  }

  async fetch() {
    try {
      const answer = await fetch(`${this.root.dataset.url}trials.json?since=${this.store.cursor}`);
      if (answer.ok) this.onNews(await answer.json());
    } catch {
      // The connection is lost: the socket says so, and hints again when it is back.
    }
  }
}
