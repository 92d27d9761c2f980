// Fields of search spaces: marks those a message is about. The server sends messages while
// somebody types and never replaces the fields themselves.
function mark(error) {
  const fields = new Set(error.dataset.fields.split(" ").filter(Boolean));
  for (const field of error.parentElement.querySelectorAll("input, select")) {
    const described = field.getAttribute("aria-describedby") ?? "";
    if (!described.split(" ").includes(error.id)) continue;
    const wrong = fields.has(field.id.split("-")[0]);
    field.classList.toggle("is-invalid", wrong);
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const id = event.detail.target?.id;
  const error = id && document.getElementById(id);
  if (error?.matches(".parameter-error")) mark(error);
});
