// What people changed while a run searched, as a list below the history chart that marks
// it: for keyboards and screen readers.
import { clock } from "./clock.js";

const place = document.getElementById("history-marks");
let listed = "";

export function listMarks(marks = []) {
  const news = JSON.stringify(marks);
  if (!place || news === listed) return;
  listed = news;
  const list = document.createElement("ol");
  list.className = "history-marks";
  for (const { text, at, number } of marks) {
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.dateTime = at;
    time.textContent = clock(new Date(at));
    line.append(time, ` after ${number} trial${number === 1 ? "" : "s"}: ${text}`);
    list.append(line);
  }
  place.replaceChildren(...(marks.length ? [list] : []));
}
