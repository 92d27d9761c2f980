// A run's page is swapped piece by piece, several times a second. What has not changed
// is left alone, and the focus stays where it was: the page can be read and operated
// by keyboard while it moves.
const shown = new Map(); // id of a piece -> its markup as it came last
let focused = null;

function markup(fragment) {
  const element = fragment.firstElementChild;
  return element ? element.outerHTML : null;
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const news = markup(fragment);
  if (news !== null && shown.get(target.id) === news) {
    event.detail.shouldSwap = false;
    return;
  }
  shown.set(target.id, news);
  if (target.contains(document.activeElement)) focused = document.activeElement.id;
});

document.addEventListener("htmx:wsAfterMessage", () => {
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  focused = null;
});

// What a button's own answer has replaced is no longer what came last.
document.addEventListener("htmx:afterSwap", (event) => shown.delete(event.detail.target?.id));
