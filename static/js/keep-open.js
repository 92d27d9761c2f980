// What is renewed while somebody types keeps its sections as they were opened:
// <details data-keep-open id="...">.
document.addEventListener("htmx:beforeSwap", (event) => {
  const open = [...event.target.querySelectorAll("details[data-keep-open][open]")];
  const ids = open.map((details) => details.id);
  if (ids.length === 0) return;
  const again = () => {
    for (const id of ids) document.getElementById(id)?.setAttribute("open", "");
  };
  document.addEventListener("htmx:afterSwap", again, { once: true });
});
