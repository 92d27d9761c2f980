// [data-switch="NAME"]: buttons of which one is pressed; its value is NAME in the address.
import { asked, remember } from "../address.js";

export function choice(name, changed) {
  const group = document.querySelector(`[data-switch="${name}"]`);
  const buttons = [...(group?.querySelectorAll("button") ?? [])];
  const known = buttons.map((button) => button.value);
  let value = known.includes(asked(name)) ? asked(name) : "";

  function show() {
    for (const button of buttons) button.setAttribute("aria-pressed", button.value === value);
  }

  group?.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.value === value) return;
    value = button.value;
    remember(name, value);
    show();
    changed();
  });
  show();
  return () => value;
}
