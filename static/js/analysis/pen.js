// Two pens with the same strokes: one draws on a canvas, one writes SVG. So every chart
// is drawn once and can be kept as PNG and as SVG.
export class CanvasPen {
  constructor(canvas, width, height, scale, font) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    this.context = canvas.getContext("2d");
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.font = font;
  }

  rect(x, y, width, height, fill, alpha = 1) {
    this.context.globalAlpha = alpha;
    this.context.fillStyle = fill;
    this.context.fillRect(x, y, width, height);
  }

  frame(x, y, width, height, color) {
    this.context.globalAlpha = 1;
    this.context.strokeStyle = color;
    this.context.lineWidth = 1;
    this.context.strokeRect(x, y, width, height);
  }

  circle(x, y, radius, fill, alpha = 1) {
    const { context } = this;
    context.globalAlpha = alpha;
    context.fillStyle = fill;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }

  ring(x, y, radius, color, width = 2) {
    const { context } = this;
    context.globalAlpha = 1;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }

  line(points, color, width = 1, alpha = 1, dash = []) {
    const { context } = this;
    context.globalAlpha = alpha;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      if (i) context.lineTo(points[i], points[i + 1]);
      else context.moveTo(points[i], points[i + 1]);
    }
    context.stroke();
    context.setLineDash([]);
  }

  text(words, x, y, color, { align = "left", base = "middle", turn = 0, size = 11 } = {}) {
    const { context } = this;
    context.save();
    context.globalAlpha = 1;
    context.font = `${size}px ${this.font}`;
    context.fillStyle = color;
    context.textAlign = align;
    context.textBaseline = base;
    context.translate(x, y);
    context.rotate(turn);
    context.fillText(words, 0, 0);
    context.restore();
  }
}

const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const at = (number) => Math.round(number * 100) / 100;
const ANCHOR = { left: "start", center: "middle", right: "end" };
const BASE = { middle: "central", top: "hanging", bottom: "text-after-edge", alphabetic: "auto" };

export class SvgPen {
  constructor(width, height, font) {
    this.parts = [];
    this.head =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" font-family="${escaped(font)}">`;
  }

  toString() {
    return `${this.head}${this.parts.join("")}</svg>`;
  }

  rect(x, y, width, height, fill, alpha = 1) {
    this.parts.push(
      `<rect x="${at(x)}" y="${at(y)}" width="${at(Math.abs(width))}" height="${at(Math.abs(height))}" fill="${fill}" opacity="${alpha}"/>`,
    );
  }

  frame(x, y, width, height, color) {
    this.parts.push(
      `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" fill="none" stroke="${color}"/>`,
    );
  }

  circle(x, y, radius, fill, alpha = 1) {
    this.parts.push(`<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" fill="${fill}" opacity="${alpha}"/>`);
  }

  ring(x, y, radius, color, width = 2) {
    this.parts.push(
      `<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" fill="none" stroke="${color}" stroke-width="${width}"/>`,
    );
  }

  line(points, color, width = 1, alpha = 1, dash = []) {
    const dashes = dash.length ? ` stroke-dasharray="${dash}"` : "";
    this.parts.push(
      `<polyline points="${Array.from(points, at).join(" ")}" fill="none" stroke="${color}" stroke-width="${width}" opacity="${alpha}"${dashes}/>`,
    );
  }

  text(words, x, y, color, { align = "left", base = "middle", turn = 0, size = 11 } = {}) {
    const turned = turn ? ` transform="rotate(${at((turn * 180) / Math.PI)} ${at(x)} ${at(y)})"` : "";
    this.parts.push(
      `<text x="${at(x)}" y="${at(y)}" fill="${color}" font-size="${size}" text-anchor="${ANCHOR[align]}" dominant-baseline="${BASE[base]}"${turned}>${escaped(words)}</text>`,
    );
  }
}
