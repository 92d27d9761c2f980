// Parameter importance: two bars a parameter; a click looks at the parameter. A worker
// computes it; until then the chart says how far that is.
import { Chart } from "../chart.js";

const BAR = 11;
const LANE = 38;

export class ImportanceChart extends Chart {
  found = { state: "waiting", parameters: [] };

  constructor(...given) {
    super(...given);
    this.canvas.addEventListener("click", (event) => this.pick(event));
  }

  get height() {
    return Math.max(180, 40 + LANE * this.found.parameters.length);
  }

  set height(_) {}

  // Asks the server, which has a worker compute what is not known yet.
  async fetch() {
    const { of } = this.state;
    const body = new FormData();
    body.set("algorithm", of);
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    const url = `${this.section.closest("[data-url]").dataset.url}importances/`;
    const answer = await fetch(url, { method: "POST", body, headers });
    if (!answer.ok || of !== this.state.of) return;
    const before = this.found;
    this.found = { parameters: [], ...(await answer.json()), of };
    if (before.n_trials !== this.found.n_trials || before.of !== of) this.onReady?.();
    this.change();
  }

  get isPending() {
    return this.found.state === "waiting" || this.found.state === "working";
  }

  // As the server sees it: a tenth more trials are worth another look, and the last ones.
  get isOutdated() {
    const { store, state } = this;
    const n = store.rowsOf(state.of).filter((i) => Number.isFinite(store.value[i])).length;
    const known = this.found.n_trials ?? 0;
    if (n < 4 || n === known) return false;
    return store.settings.has_ended || n >= 1.1 * known;
  }

  words() {
    const { state, error, progress } = this.found;
    if (state === "none") return "Importance needs four finished trials of the algorithm";
    if (state === "failed") return error;
    const { done, total } = progress ?? {};
    return total ? `A worker is computing it: ${done} of ${total} steps` : "A worker is about to compute it";
  }

  paint(pen, width, height) {
    const { parameters } = this.found;
    if (!parameters.length) return this.note(pen, width, height, this.words());
    const { ink, muted, series, grid } = this.colors;
    const left = Math.min(170, 20 + 6.5 * Math.max(...parameters.map((p) => p.name.length)));
    const reach = width - left - 56;
    pen.line([left, 24, left, height - 8], grid);
    [["fANOVA", series[0]], ["PED-ANOVA", series[1]]].forEach(([name, color], k) => {
      pen.rect(left + 90 * k, 4, 10, 8, color);
      pen.text(name, left + 15 + 90 * k, 8, muted);
    });
    parameters.forEach((p, k) => {
      const y = 30 + LANE * k;
      pen.text(p.name, left - 8, y + BAR, p.name === this.state.x ? ink : muted, { align: "right", size: 12 });
      if (p.when) pen.text(`where ${p.when} allows`, left - 8, y + BAR + 13, muted, { align: "right", size: 9 });
      [p.fanova, p.ped_anova].forEach((share, j) => {
        const length = Math.max(1, reach * (share ?? 0));
        pen.rect(left, y + j * (BAR + 1), length, BAR, series[j]);
        const text = share === null ? "not defined" : `${Math.round(100 * share)} %`;
        pen.text(text, left + length + 5, y + j * (BAR + 1) + BAR / 2, ink, { size: 10 });
      });
    });
    if (this.isPending) pen.text("being renewed …", width - 8, 8, muted, { align: "right" });
    return undefined;
  }

  pick(event) {
    const y = event.clientY - this.canvas.getBoundingClientRect().top;
    const p = this.found.parameters[Math.floor((y - 26) / LANE)];
    if (!p || !this.store.axis(this.state.of, p.name)) return;
    if (this.state.y === p.name) this.state.y = this.state.x;
    this.state.x = p.name;
    this.state.changed();
  }

  hover() {}

  click() {}
}
