// The same with the keyboard. One gap of the strip is a stop of the tab key; from there the arrows
// move a mark over free time, with Shift or after Enter they move its end, Enter books it.

let marked = null; // { lane, link, at, fixed }: where the mark stands; `fixed` once its start is
const showMark = mark("chosen");
const herald = document.createElement("p");
herald.className = "vh";
herald.setAttribute("role", "status");

const gaps = (lane) => [...lane.querySelectorAll("a.free")];
const lanes = () => [...strip().querySelectorAll(".lane")];
const nameOf = (lane) => lane.querySelector(".who :is(h2, h3)")?.textContent.trim() ?? "";
const grainOf = (lane) => number(lane, "grain", 3);
const sizeOf = (lane) => grainOf(lane) * number(lane, "least", 1);

function rove(stop) {
  const links = [...strip().querySelectorAll("a.free")];
  const one = links.includes(stop) ? stop : (links.find((link) => link === document.activeElement) ?? links[0]);
  for (const link of links) {
    if (wide.matches && link !== one) link.tabIndex = -1;
    else link.removeAttribute("tabindex");
  }
  one?.setAttribute("aria-describedby", "how");
}

function say(words) {
  herald.textContent = words;
}

const chosenNow = () => {
  const gap = place(marked.link);
  return marked.fixed === null
    ? stretch(gap, marked.at, marked.at, marked.lane)
    : stretch(gap, marked.fixed, marked.at, marked.lane);
};

function show() {
  const chosen = chosenNow();
  showMark(marked.link.parentElement, chosen, told(chosen));
  strip().classList.add("choosing");
  say(filled(strip().dataset.chosen, { machine: nameOf(marked.lane), when: when(chosen), length: length(chosen) }));
  marked.link.parentElement.querySelector(".pick")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function drop(words) {
  if (!marked) return;
  marked = null;
  showMark(null, null);
  strip().classList.remove("choosing");
  if (words) say(words);
}

function put(link, column) {
  const lane = link.closest(".lane");
  const gap = place(link);
  const last = Math.max(gap.from, gap.to - sizeOf(lane));
  marked = { lane, link, at: Math.min(Math.max(column, gap.from), last), fixed: null };
  rove(link);
  link.focus({ preventScroll: true });
  show();
}

// To the next step of free time; over its edge, into the next gap of the lane.
function along(steps) {
  const { lane, link, at, fixed } = marked;
  const gap = place(link);
  const next = at + steps * grainOf(lane);
  if (fixed !== null) {
    marked.at = Math.min(Math.max(next, gap.from), gap.to - 1);
    return show();
  }
  if (next >= gap.from && next + sizeOf(lane) <= gap.to) {
    marked.at = next;
    return show();
  }
  const all = gaps(lane);
  const other = all[all.indexOf(link) + Math.sign(steps)];
  if (other) put(other, steps > 0 ? place(other).from : place(other).to);
}

// To the nearest free time of the lane above or below that has any.
function across(link, step, column) {
  const all = lanes();
  for (let at = all.indexOf(link.closest(".lane")) + step; all[at]; at += step) {
    const near = (gap) => Math.max(place(gap).from - column, column - place(gap).to, 0);
    const [best] = gaps(all[at]).sort((one, other) => near(one) - near(other));
    if (best) return put(best, column);
  }
}

function begin() {
  marked.fixed = marked.at;
  marked.at = chosenNow().to - grainOf(marked.lane);
  show();
  say(filled(strip().dataset.begun, { start: wall(marked.at) }));
}

const SIDES = { ArrowRight: 1, ArrowLeft: -1 };
const LINES = { ArrowDown: 1, ArrowUp: -1 };

function press(event, link) {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (marked && marked.link !== link) drop();
  const forwards = SIDES[key] * (backwards(link) ? -1 : 1);
  if (key === "Escape" && marked) {
    if (marked.fixed === null) drop(strip().dataset.dropped);
    else put(link, marked.fixed);
  } else if (key === "Enter" && marked) {
    if (marked.fixed === null) begin();
    else location.assign(address(link, marked.lane, chosenNow()));
  } else if (LINES[key] && marked?.fixed == null) {
    across(link, LINES[key], marked?.at ?? place(link).from);
  } else if ((SIDES[key] || key === "Home" || key === "End") && !marked) {
    put(link, key === "End" ? place(link).to : place(link).from);
    if (event.shiftKey && SIDES[key]) begin();
  } else if (SIDES[key]) {
    if (event.shiftKey && marked.fixed === null) begin();
    along(forwards);
  } else if (key === "Home" || key === "End") {
    const gap = place(link);
    if (marked.fixed === null) put(link, key === "Home" ? gap.from : gap.to);
    else along((key === "Home" ? -1 : 1) * gap.to);
  } else return Boolean(marked && LINES[key]);
  return true;
}

let renewing = false;

// The page is made anew from what the lab sent: what stands here besides is taken off first.
function clear() {
  renewing = true;
  showMark(null, null);
  for (const link of strip()?.querySelectorAll("a.free") ?? []) {
    link.removeAttribute("tabindex");
    link.removeAttribute("aria-describedby");
  }
}

// What was marked is marked again in the newer strip, as long as it is free there.
function renew() {
  renewing = false;
  const before = marked;
  if (!strip()) return drop();
  ready(before?.link);
  if (!before) return;
  const now = document.getElementById(before.lane.getAttribute("aria-labelledby"))?.closest(".lane");
  const first = Math.min(before.fixed ?? before.at, before.at);
  const last = Math.max(before.fixed ?? before.at, before.at);
  const link = now && gaps(now).find((gap) => place(gap).from <= first && place(gap).to > last);
  if (!link) return drop(strip().dataset.gone);
  marked = { ...before, lane: now, link };
  rove(link);
  if (document.activeElement !== link) link.focus({ preventScroll: true });
  const chosen = chosenNow();
  strip().classList.add("choosing");
  showMark(link.parentElement, chosen, told(chosen));
}

function ready(stop) {
  document.getElementById("how")?.removeAttribute("hidden");
  rove(stop);
}

if (strip()) {
  document.body.append(herald);
  ready();
  wide.addEventListener("change", () => (drop(), rove()));
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.(".day-grid a.free");
    if (link && wide.matches && press(event, link)) event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    if (renewing) return;
    const link = event.target.closest(".day-grid a.free");
    if (link) rove(link);
    if (marked && marked.link !== link) drop();
  });
  document.addEventListener("pointerdown", () => drop());
  document.addEventListener("page:renewing", clear);
  document.addEventListener("page:renewed", renew);
}
