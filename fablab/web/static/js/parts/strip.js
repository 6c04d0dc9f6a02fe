// The ground of a strip of a day or week: columns of five minutes, and what they say.

const STEP = 5;
const wide = matchMedia("(min-width: 40.01rem)"); // below, the lanes are cards
const strip = () => document.querySelector(".day-grid");
const number = (lane, name, otherwise) => Number(lane.dataset[name] ?? strip().dataset[name] ?? otherwise);
const backwards = (element) => getComputedStyle(element).direction === "rtl";

function columnAt(track, x) {
  const box = track.getBoundingClientRect();
  const part = (x - box.left) / box.width;
  return (backwards(track) ? 1 - part : part) * Number(strip().dataset.columns);
}

function place(element) {
  const style = getComputedStyle(element);
  const from = Number(style.getPropertyValue("--c"));
  return { from, to: from + Number(style.getPropertyValue("--s")) };
}

function instant(lane, column) {
  const start = Date.parse(lane.dataset.start ?? strip().dataset.start);
  return new Date(start + column * STEP * 60_000).toISOString().replace(".000", "");
}

// The wall clock is read off the hours above the strip: the browser's own zone data may be old.
function wall(column) {
  const hours = [...strip().querySelectorAll(".hours li")];
  const last = Math.min(Math.floor(column / 12), hours.length - 1);
  const [hour, minute] = hours[last].textContent.trim().split(":").map(Number);
  const minutes = (hour * 60 + minute + (column - 12 * last) * STEP) % 1440;
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

const filled = (frame, known) => (frame ?? "").replace(/\{(\w+)\}/g, (_, name) => known[name] ?? "");
const when = ({ from, to }) => filled(strip().dataset.when, { start: wall(from), end: wall(to) });

// The page says every length there is in its own language; they differ by the first of them.
function length({ from, to }) {
  const words = (strip().dataset.lengths ?? "").split("|");
  return words[Math.round(((to - from) / Number(strip().dataset.columns)) * words.length) - 1] ?? "";
}

// A stretch over a track, with its words above it.
function mark(kind) {
  const found = document.createElement("span");
  const label = document.createElement("bdi");
  found.className = `pick ${kind}`;
  found.ariaHidden = "true";
  found.append(label);
  return (track, chosen, words) => {
    if (!chosen) return found.remove();
    found.style.setProperty("--c", chosen.from);
    found.style.setProperty("--s", chosen.to - chosen.from);
    label.textContent = words;
    if (found.parentElement !== track) track.append(found);
  };
}

// After a stretch was drawn or given up, the click that ends it must not open what lies below.
function swallowClick() {
  const swallow = (event) => event.preventDefault();
  addEventListener("click", swallow, { capture: true, once: true });
  addEventListener("pointerdown", () => removeEventListener("click", swallow, true), { capture: true, once: true });
}

const isPlain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

// A finger that moves scrolls; one that is held for a moment draws. `begin` is told which it was.
let touching = false;

function held(first, begin) {
  if (first.pointerType !== "touch") return begin(false);
  const stop = (event) => {
    if (event.type === "pointermove" && Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) < 10) return;
    clearTimeout(timer);
    done();
  };
  const kinds = ["pointermove", "pointerup", "pointercancel", "scroll"];
  const done = () => kinds.forEach((kind) => removeEventListener(kind, stop, true));
  const timer = setTimeout(() => {
    done();
    navigator.vibrate?.(12);
    touching = true;
    begin(true);
  }, 350);
  kinds.forEach((kind) => addEventListener(kind, stop, true));
}

// From a press to its end: `move` at each step, `end` with whether it is meant; it says whether
// anything was drawn.
function drawn(move, end) {
  const kinds = ["pointermove", "pointerup", "pointercancel", "keydown"];
  const hear = (event) => {
    if (event.type === "pointermove") {
      follow(event);
      return move(event);
    }
    if (event.type === "keydown" && event.key !== "Escape") return;
    kinds.forEach((kind) => removeEventListener(kind, hear));
    strip().classList.remove("picking");
    touching = false;
    if (end(event.type === "pointerup") && event.type !== "pointercancel") swallowClick();
  };
  kinds.forEach((kind) => addEventListener(kind, hear));
}

// The strip comes along when one draws towards its edge.
function follow({ clientX }) {
  const box = strip().parentElement;
  const { left, right } = box.getBoundingClientRect();
  if (clientX > right - 32) box.scrollBy({ left: 12 });
  else if (clientX < left + 32) box.scrollBy({ left: -12 });
}

if (strip()) {
  document.addEventListener("touchmove", (event) => touching && event.cancelable && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => {
    if (event.pointerType === "touch" && event.target.closest(".day-grid .track") && wide.matches) event.preventDefault();
  });
  document.addEventListener("dragstart", (event) => event.target.closest?.(".day-grid") && event.preventDefault());
}
