// The list of columns: a click on a name opens what is known of the column, fetched once.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-expand]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const row = document.getElementById(link.dataset.expand)?.closest("tr");
  if (!row) return;
  row.hidden = !row.hidden;
  link.setAttribute("aria-expanded", String(!row.hidden));
});

// A kind that was changed and not applied yet is marked, and the button says how many.
function changed(select) {
  return [...select.options].some((option) => option.selected !== option.defaultSelected);
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.id !== "kinds-form") return;
  event.target.classList.toggle("is-changed", changed(event.target));
  const count = [...form.elements].filter((element) => element.matches("select") && changed(element)).length;
  const button = form.querySelector("button");
  button.textContent = count ? `Apply ${count} kind${count === 1 ? "" : "s"}` : "Apply kinds";
  button.classList.toggle("btn-primary", count > 0);
});
