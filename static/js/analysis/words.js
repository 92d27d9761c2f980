// The sentences, the tables of numbers and the downloads follow the selection; the
// server computes them.
const PAUSE_MS = 250;

export class Words {
  constructor(root, state, charts) {
    this.root = root;
    this.state = state;
    this.charts = charts;
    this.timer = 0;
    for (const details of root.querySelectorAll("[data-numbers]")) {
      details.addEventListener("toggle", () => details.open && this.numbers(details));
    }
  }

  // The first sentences are in the page already.
  links() {
    const query = this.state.query();
    for (const link of this.root.querySelectorAll("a[data-query]")) {
      link.href = `${link.getAttribute("href").split("?")[0]}?${query}`;
    }
    for (const note of this.root.querySelectorAll("[data-of]")) {
      note.textContent = this.state.settings.titles[this.state.of] ?? this.state.of;
    }
  }

  change() {
    this.links();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), PAUSE_MS);
  }

  async fetch() {
    const query = String(this.state.query());
    // News of a live run wait for the answer under way: given up each time, none would
    // ever come. An answer to another selection is of no use.
    if (this.asking === query) {
      this.isBehind = true;
      return;
    }
    this.stop?.abort();
    this.stop = new AbortController();
    this.asking = query;
    await this.ask(query);
    if (this.asking !== query) return;
    this.asking = null;
    if (!this.isBehind) return;
    this.isBehind = false;
    this.change();
  }

  async ask(query) {
    try {
      const url = `${this.root.dataset.url}readings.json?${query}`;
      const answer = await fetch(url, { signal: this.stop.signal });
      if (!answer.ok) return;
      const { readings } = await answer.json();
      for (const chart of this.charts) {
        const text = readings[chart.name];
        const element = chart.section.querySelector("[data-reading]");
        if (element.textContent !== text) element.textContent = text;
        chart.canvas.setAttribute("aria-label", text);
      }
    } catch {
      // Superseded by a newer selection, or offline: the next change asks again.
    }
    for (const details of this.root.querySelectorAll("[data-numbers][open]")) this.numbers(details);
  }

  async numbers(details) {
    const answer = await fetch(`${details.dataset.numbers}?${this.state.query()}`, {
      headers: { "HX-Request": "true" },
    });
    if (answer.ok) details.querySelector("[data-numbers-table]").innerHTML = await answer.text();
  }
}
