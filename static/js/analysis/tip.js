// What the pointer is on, and a link to the trial's page.
import { seconds, written } from "./scale.js";

export class Tip {
  constructor(chart) {
    this.chart = chart;
    this.element = document.createElement("div");
    this.element.className = "analysis-tip";
    this.element.hidden = true;
    chart.holder.append(this.element);
    chart.holder.addEventListener("pointerleave", () => this.hide());
  }

  show(row, x, y, { isPinned = false } = {}) {
    const { store } = this.chart;
    this.row = row;
    this.isPinned = isPinned;
    const link = document.createElement("a");
    link.href = `../trials/${store.number[row]}/`;
    link.textContent = `Trial ${store.number[row]}`;
    const lines = [
      store.title(row),
      Number.isFinite(store.value[row])
        ? `${store.settings.metric} ${written(store.value[row])}${Number.isFinite(store.spread[row]) ? ` ± ${written(Number(store.spread[row].toPrecision(2)))}` : ""}`
        : store.states[store.state[row]],
      Number.isFinite(store.seconds[row]) ? seconds(store.seconds[row]) : "",
      ...store.params(row).map(([name, value]) => `${name} ${value}`),
    ];
    this.element.replaceChildren(link, ...lines.filter(Boolean).map((line) => {
      const element = document.createElement("div");
      element.textContent = line;
      return element;
    }));
    this.element.hidden = false;
    this.element.classList.toggle("is-pinned", isPinned);
    const { width, height } = this.chart;
    const left = x + 12 + this.element.offsetWidth > width ? x - 12 - this.element.offsetWidth : x + 12;
    const top = Math.min(Math.max(0, y - 20), Math.max(0, height - this.element.offsetHeight));
    this.element.style.setProperty("left", `${Math.max(0, left)}px`);
    this.element.style.setProperty("top", `${top}px`);
  }

  hide() {
    this.element.hidden = true;
    this.isPinned = false;
  }
}
