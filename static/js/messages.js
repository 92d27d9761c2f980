// The cross of a message takes it away.
document.addEventListener("click", (event) => {
  event.target.closest("[data-message-close]")?.closest("[data-message]")?.remove();
});
