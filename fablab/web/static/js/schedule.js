// The strip of a day or week: choose a time by pointing, and keep the now-line at now.
// Without this module every gap is a link to the form, where the times are chosen.

const STEP = 5;
let grid = document.querySelector(".day-grid");

function columnAt(track, x) {
  const box = track.getBoundingClientRect();
  const part = (x - box.left) / box.width;
  const forwards = getComputedStyle(track).direction === "rtl" ? 1 - part : part;
  return forwards * Number(grid.dataset.columns);
}

function place(element) {
  const style = getComputedStyle(element);
  const from = Number(style.getPropertyValue("--c"));
  return { from, to: from + Number(style.getPropertyValue("--s")) };
}

function instant(lane, column) {
  const start = Date.parse(lane.dataset.start ?? grid.dataset.start);
  return new Date(start + column * STEP * 60_000).toISOString().replace(".000", "");
}

// The wall clock is read off the hours above the strip: the browser's own zone data may be old.
function wall(column) {
  const hours = grid.querySelectorAll(".hours li");
  const hour = hours[Math.min(Math.floor(column / 12), hours.length - 1)];
  const past = (column - 12 * [...hours].indexOf(hour)) * STEP;
  const [h, m] = hour.textContent.trim().split(":").map(Number);
  const minutes = (h * 60 + m + past) % 1440;
  return [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, "0")).join(":");
}

// The stretch between two columns, on the machine's grid and inside the gap.
function stretch(gap, a, b, grain) {
  const down = (column) => Math.floor((column - gap.from) / grain) * grain + gap.from;
  const from = Math.max(gap.from, Math.min(down(Math.min(a, b)), gap.to - 1));
  const to = Math.min(gap.to, Math.max(down(Math.max(a, b)) + grain, from + grain));
  return { from, to };
}

function inWords({ from, to }) {
  const frame = grid.dataset.when ?? "{start} – {end}";
  return frame.replace("{start}", wall(from)).replace("{end}", wall(to));
}

// After a stretch was drawn or given up, the click that ends it must not open the whole gap.
function swallowClick() {
  const swallow = (event) => event.preventDefault();
  addEventListener("click", swallow, { capture: true, once: true });
  addEventListener("pointerdown", () => removeEventListener("click", swallow, true), { capture: true, once: true });
}

function follow(link, first) {
  const track = link.parentElement;
  const lane = link.closest(".lane");
  const gap = place(link);
  const grain = Number(lane.dataset.grain ?? grid.dataset.grain ?? 3);
  const start = columnAt(track, first.clientX);
  const words = link.querySelector(".when");
  const said = words?.textContent;
  let chosen = null;
  const mark = document.createElement("span");
  mark.className = "pick";

  function move(event) {
    if (!chosen && Math.abs(event.clientX - first.clientX) < 6) return;
    chosen = stretch(gap, start, columnAt(track, event.clientX), grain);
    mark.style.setProperty("--c", chosen.from);
    mark.style.setProperty("--s", chosen.to - chosen.from);
    if (!mark.isConnected) track.append(mark);
    grid.classList.add("picking");
    if (words) words.textContent = inWords(chosen);
  }

  function end(event) {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    removeEventListener("keydown", cancel);
    mark.remove();
    grid.classList.remove("picking");
    if (words) words.textContent = said;
    if (event.type === "pointercancel") return;
    if (chosen) swallowClick();
    if (event.type === "keydown") return;
    const address = new URL(link.href);
    const times = chosen ?? { from: stretch(gap, start, start, grain).from };
    address.searchParams.set("start", instant(lane, times.from));
    if (times.to) address.searchParams.set("end", instant(lane, times.to));
    if (chosen) location.assign(address);
    else link.href = address;
  }

  function cancel(event) {
    if (event.key === "Escape") end(event);
  }

  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
  addEventListener("keydown", cancel);
}

// Where the line was when the page was drawn, and when that was.
let drawn = null;

function noteNow() {
  const line = grid?.querySelector(".now-line > span");
  drawn = line && { line, column: place(line).from, at: performance.now() };
}

function keepNow() {
  if (!drawn) return;
  const column = drawn.column + Math.floor((performance.now() - drawn.at) / (STEP * 60_000));
  drawn.line.style.setProperty("--c", column);
  drawn.line.hidden = column >= Number(grid.dataset.columns);
}

function showNow() {
  const line = grid.querySelector(".now-line > span");
  const box = grid.parentElement;
  if (!line || box.scrollWidth <= box.clientWidth) return;
  const from = box.getBoundingClientRect();
  box.scrollBy({ left: line.getBoundingClientRect().left - from.left - from.width / 2 });
}

if (grid?.dataset.columns) {
  const wide = matchMedia("(min-width: 40.01rem)");
  // On the document: the strip itself may be exchanged for a newer one.
  document.addEventListener("pointerdown", (event) => {
    const link = event.target.closest(".day-grid a.free");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (link && plain && event.pointerType !== "touch" && wide.matches) follow(link, event);
  });
  document.addEventListener("dragstart", (event) => event.target.closest?.(".day-grid") && event.preventDefault());
  document.addEventListener("page:renewed", () => {
    grid = document.querySelector(".day-grid") ?? grid;
    noteNow();
  });
  noteNow();
  setInterval(keepNow, 60_000);
  showNow();
}
