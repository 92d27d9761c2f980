// Every visible text with less contrast to what is behind it than WCAG 2.2 AA asks:
// 4.5, or 3 for large text. Colours are read back from a canvas, so that oklch(),
// color-mix() and light-dark() need no understanding here.
() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });

  function rgba(color) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }

  function over(front, back) {
    const a = front[3];
    return [...[0, 1, 2].map((i) => front[i] * a + back[i] * (1 - a)), 1];
  }

  function luminance(color) {
    const [r, g, b] = color.slice(0, 3).map((value) => {
      const v = value / 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function behind(element) {
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
      const color = rgba(getComputedStyle(node).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255, 1]);
  }

  function ratio(element, style) {
    const back = behind(element);
    const [a, b] = [luminance(over(rgba(style.color), back)), luminance(back)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  const skipped = "script, style, noscript, option, svg, .visually-hidden, .skip-link, :disabled";
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || element.closest(skipped)) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(element);
    const pixels = parseFloat(style.fontSize);
    const large = pixels >= 24 || (pixels >= 18.66 && Number(style.fontWeight) >= 700);
    const found = ratio(element, style);
    if (pixels && found < (large ? 3 : 4.5)) poor.push(`${text.slice(0, 40)}: ${found.toFixed(2)}`);
  }
  return poor;
}
