// `hx-swap-oob="morph"` within `hx-ext="morph"`: what an answer brings along changes its
// element, where a plain swap would put another in its place. A press that has begun before
// the answer came then ends on the element it began on, and is heeded.
import { morph } from "./morph.js";

window.htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap(style, target, fragment) {
    if (style !== "morph") return false;
    morph(target, fragment.firstElementChild);
    return [target];
  },
});
