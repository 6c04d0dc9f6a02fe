// Choose a time by drawing it over free time. Without this every gap is a link to the form, where
// the times are chosen.

// The stretch between two columns: whole steps inside the gap, neither shorter nor longer than the
// machine allows. It grows from `a`.
function stretch(gap, a, b, lane) {
  const grain = number(lane, "grain", 3);
  const cells = Math.max(1, Math.floor((gap.to - gap.from) / grain));
  const cell = (column) => Math.min(cells - 1, Math.max(0, Math.floor((column - gap.from) / grain)));
  const [fixed, loose] = [cell(a), cell(b)];
  const least = Math.max(Math.abs(loose - fixed) + 1, number(lane, "least", 1));
  const size = Math.min(cells, number(lane, "most", cells), least);
  const wanted = loose < fixed ? fixed + 1 - size : fixed;
  const first = Math.min(Math.max(wanted, 0), cells - size);
  return { from: gap.from + first * grain, to: gap.from + (first + size) * grain };
}

const told = (chosen) => [when(chosen), length(chosen)].join(" · ");

// The form for it; without an end it proposes one.
function address(link, lane, { from, to }) {
  const found = new URL(link.href);
  found.searchParams.set("start", instant(lane, from));
  if (to) found.searchParams.set("end", instant(lane, to));
  return found;
}

function draw(link, first, atOnce) {
  const track = link.parentElement;
  const lane = link.closest(".lane");
  const gap = place(link);
  const start = columnAt(track, first.clientX);
  const show = mark("drawn");
  let chosen = null;

  function move(event) {
    if (!chosen && !atOnce && Math.abs(event.clientX - first.clientX) < 6) return;
    chosen = stretch(gap, start, columnAt(track, event.clientX), lane);
    strip().classList.add("picking");
    show(track, chosen, told(chosen));
  }

  if (atOnce) move(first);
  drawn(move, (meant) => {
    show(track, null);
    // A click alone names the start: the link is followed with it.
    if (!chosen && meant) link.href = address(link, lane, { from: stretch(gap, start, start, lane).from });
    if (chosen && meant) location.assign(address(link, lane, chosen));
    return Boolean(chosen);
  });
}

if (strip()) {
  // On the document: the strip itself may be exchanged for a newer one.
  document.addEventListener("pointerdown", (event) => {
    const link = event.target.closest(".day-grid a.free");
    if (link && isPlain(event) && wide.matches) held(event, (atOnce) => draw(link, event, atOnce));
  });
}
