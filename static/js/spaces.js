// Fields of the configure page: marks those a message is about. The server sends messages while
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

// The same for a field that stands alone: its message names it.
function markAlone(error) {
  const field = document.getElementById(error.id.replace(/_error$/, ""));
  if (!field) return;
  const wrong = error.querySelector(".field-error") !== null;
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ");
  const described = new Set(others.filter((id) => id && id !== error.id));
  if (wrong) described.add(error.id);
  field.classList.toggle("is-invalid", wrong);
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  if (described.size) field.setAttribute("aria-describedby", [...described].join(" "));
  else field.removeAttribute("aria-describedby");
}

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const id = event.detail.target?.id;
  const error = id && document.getElementById(id);
  if (error?.matches(".parameter-error")) mark(error);
  if (error?.matches(".field-errors")) markAlone(error);
});
