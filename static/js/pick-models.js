// Models ticked for a comparison: <form data-pick-models id="..."> and its boxes, which
// name it. Without this they are fields of a form like any others.
const MOST = 10;

function picked(form) {
  return document.querySelectorAll(`input[name="models"][form="${form.id}"]:checked`).length;
}

function sentence(count) {
  if (count === 0) return `Tick 2 to ${MOST} models to compare them.`;
  if (count === 1) return "One model is ticked: a comparison needs one more.";
  if (count > MOST) return `${count} models are ticked, and ${MOST} are the most to compare at once.`;
  return `${count} models are ticked.`;
}

function show(form) {
  const count = picked(form);
  form.querySelector("[data-pick-text]").textContent = sentence(count);
  form.querySelector("[type=submit]").disabled = count < 2 || count > MOST;
}

function showAll() {
  document.querySelectorAll("[data-pick-models]").forEach(show);
}

document.addEventListener("change", (event) => {
  if (event.target.name !== "models") return;
  // The boxes stand in no form of the filters, which would be sent.
  const form = event.target.form;
  if (form?.matches("[data-pick-models]")) show(form);
});

// One readable address for one choice: models=3,5,9.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-pick-models]")) return;
  event.preventDefault();
  const boxes = document.querySelectorAll(`input[name="models"][form="${event.target.id}"]:checked`);
  const url = new URL(event.target.action);
  url.search = `models=${[...boxes].map((box) => box.value).join(",")}`;
  location.assign(url);
});

document.addEventListener("htmx:afterSettle", showAll);
showAll();
