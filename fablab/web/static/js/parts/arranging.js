// Staff draw a booking to another time or machine, or its end. The lab decides: it is asked first,
// and told why not. Without this the booking's own page leads to the form for it.

const dialog = document.querySelector("dialog.arrange");
const form = dialog?.querySelector("form");
const MOVABLE = ".day:not(.week) .day-grid a.block[data-moves]";
const MINUTE = 60_000;
const EDGE = 12; // pixels at its end by which it is made longer or shorter

function takesEnd(block, x) {
  const box = block.getBoundingClientRect();
  const past = backwards(block) ? x - box.left : box.right - x;
  return block.dataset.moves === "end" || (past < Math.min(EDGE, box.width / 3) && past > -2);
}

const laneAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".day-grid .lane");

function arrange(block, first, atOnce) {
  const home = block.closest(".lane");
  const was = place(block);
  const onlyEnd = takesEnd(block, first.clientX);
  const start = columnAt(block.parentElement, first.clientX);
  const columns = Number(strip().dataset.columns);
  const show = mark("moved");
  let wish = null;

  function move(event) {
    if (!wish && !atOnce && Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) < 6) return;
    const lane = (!onlyEnd && laneAt(event)) || wish?.lane || home;
    const grain = number(lane, "grain", 3);
    const by = columnAt(block.parentElement, event.clientX) - start;
    const stepped = (column) => Math.round(column / grain) * grain;
    const size = was.to - was.from;
    const from = onlyEnd || Math.abs(by) < grain / 2 ? was.from : Math.min(Math.max(stepped(was.from + by), 0), columns - size);
    const to = onlyEnd ? Math.min(Math.max(stepped(was.to + by), was.from + grain), columns) : from + size;
    wish = { lane, from, to };
    strip().classList.add("picking");
    block.classList.add("lifted");
    show(lane.querySelector(".track"), wish, `${told(wish)} · ${lane.querySelector(".code").textContent}`);
  }

  if (atOnce) move(first);
  drawn(move, (meant) => {
    const changed = wish && (wish.lane !== home || wish.from !== was.from || wish.to !== was.to);
    const putBack = () => {
      show(null, null);
      block.classList.remove("lifted");
    };
    if (meant && changed) ask(block, wish, onlyEnd, putBack);
    else putBack();
    return Boolean(wish);
  });
}

const told = (chosen) => [when(chosen), length(chosen)].join(" · ");
const part = (selector) => dialog.querySelector(selector);

function ask(block, wish, onlyEnd, putBack) {
  const machine = wish.lane.querySelector(".code").textContent;
  const frame = onlyEnd ? dialog.dataset.end : dialog.dataset.move;
  part("h2").textContent = filled(frame, { when: when(wish), machine });
  part(".who-for").textContent = `${block.querySelector(".what").textContent} · ${nameOfMachine(wish.lane)}`;
  form.action = `${new URL(block.href).pathname}/move`;
  form.elements.machine.value = wish.lane.dataset.machine;
  const [start, end] = instants(block, wish, onlyEnd);
  form.elements.starts_at.value = start;
  form.elements.ends_at.value = end;
  refuse([]);
  dialog.onclose = () => dialog.returnValue !== "done" && putBack();
  dialog.returnValue = "";
  dialog.showModal();
  const button = part("[value=send]");
  button.onclick = () => send(block, button, putBack);
  part("[value=close]").onclick = () => dialog.close();
}

// What does not move keeps its own instant: it may lie between two steps or beyond the strip.
function instants(block, { lane, from, to }, onlyEnd) {
  const iso = (at) => new Date(at).toISOString().replace(".000", "");
  const [start, end] = block.dataset.span.split("/").map((at) => Date.parse(at));
  const was = place(block);
  if (onlyEnd) return [iso(start), instant(lane, to)];
  const isCut = start < Date.parse(strip().dataset.start);
  const moved = isCut ? start + (from - was.from) * STEP * MINUTE : Date.parse(instant(lane, from));
  const begin = from === was.from ? start : moved;
  return [iso(begin), iso(begin + end - start)];
}

const nameOfMachine = (lane) => lane.querySelector("h3").textContent.trim();

function refuse(reasons) {
  const list = part(".why");
  list.replaceChildren(
    ...reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })),
  );
  const refused = reasons.length > 0;
  list.hidden = part("[value=form]").hidden = !refused;
  part("[value=send]").hidden = refused;
  if (refused) part("h2").textContent = dialog.dataset.refused;
}

async function send(block, button, putBack) {
  button.disabled = true;
  try {
    const answer = await fetch(`${new URL(block.href).pathname}/place`, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRF-Token": form.elements._csrf_token.value },
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout(15_000),
    });
    if (answer.redirected) return location.reload();
    const said = await answer.json();
    if (!answer.ok) return refuse(said.violations?.map((each) => each.message) ?? [said.detail]);
    dialog.close("done");
    voice.textContent = dialog.dataset.done;
    document.addEventListener("page:renewed", putBack, { once: true });
    document.dispatchEvent(new Event("page:stale"));
  } catch {
    refuse([dialog.dataset.failed]);
  } finally {
    button.disabled = false;
  }
}

const voice = document.createElement("p");
voice.className = "vh";
voice.setAttribute("role", "status");

if (strip() && form) {
  document.body.append(voice);
  document.addEventListener("pointerdown", (event) => {
    const block = event.target.closest(MOVABLE);
    if (block && isPlain(event) && wide.matches) held(event, (atOnce) => arrange(block, event, atOnce));
  });
  document.addEventListener("pointermove", (event) => {
    const block = event.target.closest?.(MOVABLE);
    if (block) block.style.cursor = takesEnd(block, event.clientX) ? "ew-resize" : "";
  });
}
