// What every chart has: a canvas as wide as its card, drawn when it comes into view and
// again when trials, selection, size or theme have changed; pictures to keep.
import { palette } from "./colors.js";
import { CanvasPen, SvgPen } from "./pen.js";
import { Tip } from "./tip.js";

const SAVED_SCALE = 2;

export class Chart {
  height = 300;

  constructor(section, store, state) {
    this.section = section;
    this.store = store;
    this.state = state;
    this.name = section.dataset.chart;
    this.holder = section.querySelector("[data-plot]");
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.holder.append(this.canvas);
    this.tip = new Tip(this);
    this.isDirty = true;
    this.isSeen = false;
    this.waiting = 0;
    new IntersectionObserver((entries) => {
      this.isSeen = entries.at(-1).isIntersecting;
      if (this.isSeen && this.isDirty) this.ask();
    }, { rootMargin: "200px" }).observe(section);
    new ResizeObserver(() => this.change()).observe(this.holder);
    for (const button of section.querySelectorAll("[data-save]")) {
      button.addEventListener("click", () => this.save(button.dataset.save));
    }
    for (const select of section.querySelectorAll("[data-pick]")) {
      select.addEventListener("change", () => {
        const axis = select.dataset.pick;
        const other = axis === "x" ? "y" : "x";
        if (state[other] === select.value) state[other] = state[axis];
        state[axis] = select.value;
        state.changed();
      });
    }
  }

  // Something it shows is different: drawn again at once if somebody sees it.
  change() {
    this.isDirty = true;
    this.tip.hide();
    if (this.isSeen) this.ask();
  }

  ask() {
    this.waiting ||= requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  get width() {
    return Math.max(240, Math.floor(this.holder.clientWidth));
  }

  draw() {
    this.isDirty = false;
    this.colors = palette();
    const [width, height] = [this.width, this.height];
    const pen = new CanvasPen(this.canvas, width, height, window.devicePixelRatio || 1, this.colors.font);
    this.canvas.style.setProperty("width", `${width}px`);
    this.canvas.style.setProperty("height", `${height}px`);
    this.canvas.setAttribute("aria-label", this.section.querySelector("[data-reading]").textContent);
    this.paint(pen, width, height);
    this.canvas.dataset.drawn = "true";
  }

  note(pen, width, height, words) {
    pen.text(words, width / 2, height / 2, this.colors.muted, { align: "center", size: 13 });
  }

  save(kind) {
    this.colors = palette();
    const [width, height] = [this.width, this.height];
    const background = this.colors.surface;
    if (kind === "svg") {
      const pen = new SvgPen(width, height, this.colors.font);
      pen.rect(0, 0, width, height, background);
      this.paint(pen, width, height);
      this.keep(new Blob([pen.toString()], { type: "image/svg+xml" }), kind);
      return;
    }
    const canvas = document.createElement("canvas");
    const pen = new CanvasPen(canvas, width, height, SAVED_SCALE, this.colors.font);
    pen.rect(0, 0, width, height, background);
    this.paint(pen, width, height);
    canvas.toBlob((blob) => this.keep(blob, kind), "image/png");
  }

  keep(blob, kind) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `run-${this.store.settings.run}-${this.name}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}
