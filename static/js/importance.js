// The table of importances: sort by any kind, filter by name, show the first few.
function setUp(card) {
  const body = card.querySelector("tbody");
  const filter = card.querySelector("[data-importance-filter]");
  const top = card.querySelector("[data-importance-top]");
  const status = card.querySelector("[data-importance-status]");
  const rows = [...body.rows];

  function show() {
    const wanted = filter.value.trim().toLowerCase();
    const most = Number(top.value) || Infinity;
    let n = 0;
    let fit = 0;
    for (const row of body.rows) {
      const fits = row.dataset.name.includes(wanted);
      fit += fits;
      row.hidden = !fits || ++n > most;
    }
    status.textContent = `${Math.min(fit, most)} of ${rows.length} columns`;
  }

  function value(row, at) {
    if (at === "text") return row.dataset.name;
    const text = row.cells[Number(at)].dataset.value;
    return text === "" ? -Infinity : Number(text);
  }

  card.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (!button) return;
    const head = button.closest("th");
    const at = button.dataset.sort;
    const first = at === "text" ? "ascending" : "descending";
    const other = at === "text" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    for (const th of card.querySelectorAll("th[aria-sort]")) th.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    rows.sort((a, b) => {
      const [x, y] = [value(a, at), value(b, at)];
      return x === y ? 0 : sign * (x < y ? -1 : 1);
    });
    body.append(...rows);
    show();
  });
  filter.addEventListener("input", show);
  top.addEventListener("change", show);
  card.dataset.ready = "true";
  show();
}

function setUpAll() {
  for (const card of document.querySelectorAll("[data-importance]:not([data-ready])")) setUp(card);
}

setUpAll();
document.addEventListener("htmx:afterSettle", setUpAll);
