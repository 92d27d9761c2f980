// Trials chosen for a comparison: numbers in the page's address, trials=3,5,9. Boxes are
// <input data-pick>; they stay right when parts of the page are swapped, by paging or by a
// live message. Without this they are fields of the form that compares.
const MOST = 10;

function read() {
  const asked = new URLSearchParams(location.search).getAll("trials").join(",");
  return new Set(asked.split(",").filter((text) => /^\d+$/.test(text)));
}

let chosen = read();

function withChosen(address) {
  const url = new URL(address, location.href);
  if (chosen.size) url.searchParams.set("trials", [...chosen].join(","));
  else url.searchParams.delete("trials");
  // Commas are readable, and allowed as they are.
  url.search = url.search.replaceAll("%2C", ",");
  return url;
}

function sentence() {
  const numbers = [...chosen];
  if (!numbers.length) return `Tick 2 to ${MOST} trials to compare them.`;
  if (numbers.length === 1) return `Trial ${numbers[0]} is chosen: tick at least one more to compare.`;
  if (numbers.length > MOST) return `${numbers.length} trials are chosen, and ${MOST} are the most to compare at once.`;
  return `Trials ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)} are chosen.`;
}

function showForm(form) {
  form.classList.toggle("has-chosen", chosen.size > 0);
  const text = form.querySelector("[data-compare-text]");
  if (text.textContent !== sentence()) text.textContent = sentence();
  form.querySelector("[data-compare-clear]").hidden = chosen.size === 0;
  form.querySelector("[type=submit]").disabled = chosen.size < 2 || chosen.size > MOST;
}

// Everything that leads to this list again takes the choice along.
function showLinks(section) {
  for (const link of section.querySelectorAll("a[href]")) {
    const url = new URL(link.href);
    const again = url.pathname === location.pathname || url.pathname.includes("/trials/export.");
    if (again && !link.matches("[data-compare-clear]")) link.href = withChosen(link.href).href;
  }
  for (const input of section.querySelectorAll("[data-chosen]")) input.value = [...chosen].join(",");
  for (const input of section.querySelectorAll("[data-address]")) {
    input.value = withChosen(`?${input.value}`).search.slice(1);
  }
}

function show() {
  for (const box of document.querySelectorAll("[data-pick]")) box.checked = chosen.has(box.value);
  document.querySelectorAll("[data-compare]").forEach(showForm);
  document.querySelectorAll("[data-keeps-choice]").forEach(showLinks);
}

function choose(numbers) {
  chosen = numbers;
  history.replaceState(history.state, "", withChosen(location.href));
  show();
  document.dispatchEvent(new CustomEvent("tuneboard:chosen", { detail: [...chosen] }));
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick]")) return;
  event.stopPropagation();
  const numbers = new Set(chosen);
  if (event.target.checked) numbers.add(event.target.value);
  else numbers.delete(event.target.value);
  choose(numbers);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-compare-clear]")) return;
  event.preventDefault();
  choose(new Set());
});

// One address for one choice, however its boxes are spread over pages.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-compare]")) return;
  event.preventDefault();
  const url = new URL(event.target.action);
  url.search = `trials=${[...chosen].join(",")}`;
  location.assign(url);
});

document.addEventListener("htmx:configRequest", (event) => {
  const { detail } = event;
  const here = new URL(detail.path, location.href);
  if (detail.verb !== "get" || !event.target.closest("[data-keeps-choice]")) return;
  if (here.pathname !== location.pathname) return;
  const url = withChosen(here.href);
  url.searchParams.delete("trials");
  detail.path = url.pathname + url.search;
  detail.parameters.trials = chosen.size ? [...chosen].join(",") : "";
});

for (const name of ["htmx:afterSettle", "tuneboard:renewed"]) document.addEventListener(name, show);
window.addEventListener("popstate", () => {
  chosen = read();
  show();
});
show();
