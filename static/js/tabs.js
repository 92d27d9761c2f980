// On a narrow screen the row of tabs is scrolled to the one that is shown.
const current = document.querySelector(".tabs [aria-current=page]");
const row = current?.parentElement;

if (row && row.scrollWidth > row.clientWidth) {
  const middle = current.offsetLeft - row.offsetLeft + current.offsetWidth / 2;
  row.scrollLeft = middle - row.clientWidth / 2;
}
