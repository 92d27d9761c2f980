// A link or button with data-confirm="ID" opens the <dialog id="ID"> instead of going
// to its page; data-dialog-close inside closes it. Without this the page itself asks.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-confirm]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.confirm);
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (dialog instanceof HTMLDialogElement && plain) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const dialog = event.target.closest("dialog");
  // A click on the backdrop has the dialog itself as its target.
  if (event.target.closest("[data-dialog-close]") || event.target === dialog) dialog?.close();
});
