// Menus are <details data-menu>: they open without this. Here they close as menus do:
// on a click elsewhere, on Escape, and when another one opens.
function closeAll(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.removeAttribute("open");
  }
}

document.addEventListener("click", (event) => {
  closeAll(event.target.closest("details[data-menu]"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details[data-menu][open]");
  closeAll();
  open?.querySelector("summary")?.focus();
});
