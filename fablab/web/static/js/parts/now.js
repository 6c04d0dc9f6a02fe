// Keeps the now-line at now, and in sight when the page is opened.

let line = null; // where it was when the page was drawn, and when that was

function noteNow() {
  const found = strip().querySelector(".now-line > span");
  line = found && { found, column: place(found).from, at: performance.now() };
}

function keepNow() {
  if (!line) return;
  const column = line.column + Math.floor((performance.now() - line.at) / (STEP * 60_000));
  line.found.style.setProperty("--c", column);
  line.found.hidden = column >= Number(strip().dataset.columns);
}

function showNow() {
  const found = strip().querySelector(".now-line > span");
  const box = strip().parentElement;
  if (!found || box.scrollWidth <= box.clientWidth) return;
  const from = box.getBoundingClientRect();
  box.scrollBy({ left: found.getBoundingClientRect().left - from.left - from.width / 2 });
}

if (strip()) {
  document.addEventListener("page:renewed", () => strip() && noteNow());
  noteNow();
  setInterval(keepNow, 60_000);
  showNow();
}
