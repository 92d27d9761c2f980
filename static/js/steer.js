// Steering: a form that was fetched gets the focus, and "Cancel" puts it away again.
const place = document.getElementById("steer-form");
let opener = "";

function close() {
  place.replaceChildren();
  document.getElementById(opener)?.focus();
}

if (place) {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === place && !place.contains(event.detail.elt)) {
      opener = event.detail.elt.id;
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== place) return;
    const form = place.querySelector("form");
    if (form) (form.querySelector("[aria-invalid=true]") ?? form.querySelector("input:not([type=hidden])"))?.focus();
    else document.getElementById(opener)?.focus();
  });
  place.addEventListener("click", (event) => {
    if (!event.target.closest("[data-steer-cancel]")) return;
    event.preventDefault();
    close();
  });
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
}
