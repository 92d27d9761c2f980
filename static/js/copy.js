// <button data-copy="ID"> copies the text of that element. Where the browser does not
// allow it (plain http from another host) the text is selected, for the keyboard to copy.
function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  element.closest("[tabindex]")?.focus();
}

function tell(button, text) {
  const status = document.getElementById(button.getAttribute("aria-describedby"));
  if (status) status.textContent = text;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const source = button && document.getElementById(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent);
    tell(button, "Copied.");
  } catch {
    select(source);
    tell(button, "Selected: press Ctrl+C (or ⌘C) to copy.");
  }
});
