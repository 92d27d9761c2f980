// What was open stays open when a part of the page is swapped, and the focus stays where
// it was: a menu of filters can be gone through one by one.
let open = [];
let focused = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  open = [...target.querySelectorAll("details[open][id]")].map((panel) => panel.id);
  focused = target.contains(document.activeElement) ? document.activeElement.id : "";
});

document.addEventListener("htmx:afterSettle", () => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused && document.activeElement?.id !== focused) {
    const element = document.getElementById(focused);
    // A button that has moved a column to an end is no more to be pressed.
    (element?.disabled ? element.closest("li")?.querySelector("input") : element)?.focus({ preventScroll: true });
  }
  open = [];
  focused = "";
});

// A box applies at once; what is typed waits for Enter or the button, so that a swap never
// takes a half-typed value away.
document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.type === "checkbox" && target.form?.matches("[data-apply-boxes]")) target.form.requestSubmit();
});
