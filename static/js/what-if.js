// Change a value of the form: the answer, its reasons and the curve follow. Of several
// changes in quick succession the last is asked about once the one before is answered.
import { redraw } from "./plot.js";

function setUp(root) {
  const form = root.querySelector("[data-what-if-form]");
  const words = root.querySelector("#what-if-answer");
  const problem = root.querySelector("#what-if-error");
  const begun = JSON.parse(document.getElementById("what-if-begun").textContent);
  let asking = false;
  let again = false;

  function remember(data) {
    const address = new URL(location.href);
    address.search = "";
    for (const name of ["row", "column", "class"]) {
      if (data.get(name)) address.searchParams.set(name, data.get(name));
    }
    for (const [key, value] of Object.entries(begun)) {
      if (data.get(key) !== value) address.searchParams.set(key, data.get(key));
    }
    history.replaceState(history.state, "", address);
  }

  function tell(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }

  async function ask() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    const data = new FormData(form);
    try {
      const response = await fetch(form.dataset.whatIfForm, { method: "POST", body: data });
      const answer = await response.json();
      tell(answer.error ?? "");
      if (!answer.error) {
        words.innerHTML = answer.html;
        for (const chart of root.querySelectorAll("[data-what-if-figure]")) {
          const figure = answer.figures[chart.dataset.whatIfFigure];
          if (figure) redraw(chart, figure);
        }
        root.dataset.answered = String(Number(root.dataset.answered ?? 0) + 1);
      }
      remember(data);
    } catch {
      tell("The server does not answer: change the value again in a moment.");
    }
    asking = false;
    if (again) {
      again = false;
      ask();
    }
  }

  function choose(field) {
    const column = field.dataset.column;
    if (!column || form.elements.column.value === column) return false;
    form.elements.column.value = column;
    const title = root.querySelector("[data-what-if-column]");
    if (title) title.textContent = column;
    return true;
  }

  form.addEventListener("input", (event) => {
    choose(event.target);
    ask();
  });
  form.addEventListener("focusin", (event) => {
    if (choose(event.target)) ask();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const [key, value] of Object.entries(begun)) form.elements[key].value = value;
    ask();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  root.dataset.ready = "true";
  // What was typed before this script was there, or kept by the browser, is asked about too.
  if ([...form.elements].some(isChanged)) ask();
}

function isChanged(field) {
  if (field.options) return [...field.options].some((o) => o.selected !== o.defaultSelected);
  return field.type !== "hidden" && (field.defaultValue ?? field.value) !== field.value;
}

function setUpAll() {
  for (const root of document.querySelectorAll("[data-what-if]:not([data-ready])")) setUp(root);
}

setUpAll();
document.addEventListener("htmx:afterSettle", setUpAll);
