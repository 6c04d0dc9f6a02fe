// Keeps a page at what the lab knows, while somebody looks at it. The stream tells only that
// something changed; the page is then fetched like any other, with its reader's own rights.
// Without this module the page shows what it showed when it was opened.

const main = document.querySelector("main[data-live]");
const SECOND = 1000;
const PAUSE = 3 * SECOND; // between two fetches, however much happens
const SLOWLY = 30 * SECOND; // between two looks of a page that got no stream
const POLLS = 10; // such looks before a stream is tried again
const TIME_PASSES = 300 * SECOND; // "free until 14:00" grows old although nobody changed anything
const TELL = 60 * SECOND; // between two announcements to those who hear the page
const BACKGROUND = { "X-Fragment": "main" }; // what is to be told once is left for a real visit

// --- The new page's content in place of the old, touching only what differs ---

const alike = (a, b) => a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");
const matters = (node) =>
  node.nodeType === Node.TEXT_NODE ? node.data.trim() : !node.classList?.contains("flashes");

function sameAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function become(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.data = fresh.data;
    return;
  }
  sameAttributes(old, fresh);
  sameChildren(old, [...old.childNodes], [...fresh.childNodes]);
}

function sameChildren(parent, was, is) {
  while (was.length && is.length && was[0].isEqualNode(is[0])) {
    was.shift();
    is.shift();
  }
  let next = null;
  while (was.length && is.length && was.at(-1).isEqualNode(is.at(-1))) {
    next = was.pop();
    is.pop();
  }
  is.forEach((fresh, place) => {
    const old = was[place];
    if (old && alike(old, fresh)) become(old, fresh);
    else if (old) old.replaceWith(fresh);
    else parent.insertBefore(fresh, next);
  });
  was.slice(is.length).forEach((old) => old.remove());
}

// How what has the focus is found again.
function sought(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const href = element.getAttribute("href");
  if (href) return `a[href="${CSS.escape(href)}"]`;
  const action = element.closest("form")?.getAttribute("action");
  return action && element.matches("button") ? `form[action="${CSS.escape(action)}"] button` : null;
}

function takeOver(fresh) {
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  const mark = focused && focused !== main ? sought(focused) : null;
  const lane = focused?.closest(".lane");
  sameAttributes(main, fresh);
  sameChildren(main, [...main.childNodes].filter(matters), [...fresh.childNodes].filter(matters));
  if (!mark || (document.activeElement === focused && sought(focused) === mark)) return;
  const now = main.querySelector(mark) ?? (lane?.isConnected ? lane.querySelector("a") : null);
  (now ?? main).focus({ preventScroll: true });
}

// --- Not while the person is at it ---

let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const over of ["pointerup", "pointercancel", "dragend", "blur"]) {
  addEventListener(over, () => (pressed = false), true);
}

function isChanged(field) {
  if (field.matches("select")) {
    return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0;
  }
  return field.type !== "hidden" && (field.value !== field.defaultValue || field.checked !== field.defaultChecked);
}

function isBusy() {
  const at = document.activeElement;
  const selected = getSelection();
  return (
    pressed ||
    main.querySelector(".picking, details.menu[open], details.ask[open], dialog[open], form[data-sent]") ||
    (main.contains(at) && at.matches("input, select, textarea, [contenteditable]")) ||
    (!selected.isCollapsed && main.contains(selected.anchorNode)) ||
    [...main.querySelectorAll("input, select, textarea")].some(isChanged)
  );
}

// --- Fetching ---

let known = main?.dataset.version; // what the page shows; nothing: not known
let wanted = null; // what there is, if it is something else
let waiting = 0;
let fetched = -PAUSE;
let failures = 0;
let told = -TELL;

const pause = (length) => length * (0.75 + Math.random() / 2);
const backOff = () => pause(Math.min(60, 2 ** Math.min(failures++, 6)) * SECOND);

const frame = (page) =>
  [
    page.documentElement.lang,
    page.querySelector(".topbar .menu summary")?.textContent,
    ...[...page.querySelectorAll("link[rel=stylesheet]")].map((link) => link.getAttribute("href")),
  ].join("\n");

const voice = document.createElement("p");
voice.className = "vh";
voice.setAttribute("role", "status");

function tell() {
  if (performance.now() - told < TELL) return;
  told = performance.now();
  voice.textContent = "";
  setTimeout(() => (voice.textContent = main.dataset.said), 100);
}

function soon(delay = Math.random() * 300) {
  clearTimeout(waiting);
  const rest = fetched + PAUSE - performance.now();
  waiting = setTimeout(refresh, Math.max(delay, rest));
}

function heard(version) {
  failures = 0;
  wanted = version === known ? null : version;
  if (wanted) soon();
}

async function refresh() {
  if (!wanted || document.hidden) return;
  if (isBusy()) return soon(SECOND);
  const version = wanted;
  fetched = performance.now();
  let answer, page;
  try {
    answer = await fetch(main.dataset.at, { headers: BACKGROUND, signal: AbortSignal.timeout(15 * SECOND) });
    if (!answer.ok) throw new Error(answer.status);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return soon(backOff());
  }
  if (isBusy()) return soon(SECOND);
  const fresh = page.querySelector("main[data-live]");
  // Somebody else by now, another language, newer style sheets: the whole page must come anew.
  if (answer.redirected || !fresh || frame(page) !== frame(document)) return location.reload();
  const before = main.innerText;
  document.dispatchEvent(new Event("page:renewing"));
  takeOver(fresh);
  become(document.querySelector(".topbar nav"), page.querySelector(".topbar nav"));
  known = fresh.dataset.version ?? version;
  if (wanted === version) wanted = null;
  document.dispatchEvent(new Event("page:renewed"));
  if (main.innerText !== before) tell();
}

// --- Hearing of it: by a stream, else by asking now and then ---

let source = null;
let next = 0;

function hangUp() {
  source?.close();
  source = null;
  clearTimeout(next);
}

function listen() {
  hangUp();
  if (document.hidden) return;
  source = new EventSource(main.dataset.live);
  source.onmessage = (event) => heard(event.data);
  source.addEventListener("enough", () => ask(POLLS, SECOND));
  source.onerror = () => {
    const refused = source.readyState === EventSource.CLOSED;
    hangUp();
    if (refused) ask(POLLS, SECOND);
    else next = setTimeout(listen, backOff());
  };
}

function ask(times, delay = SLOWLY) {
  hangUp();
  next = setTimeout(async () => {
    try {
      const answer = await fetch(main.dataset.live, { headers: { ...BACKGROUND, Accept: "text/plain" } });
      if (answer.redirected) heard("signed out");
      else if (answer.ok) heard(await answer.text());
    } catch {
      // Asked again below.
    }
    if (!document.hidden) times > 1 ? ask(times - 1) : listen();
  }, pause(delay));
}

if (main) {
  document.body.append(voice);
  document.addEventListener("visibilitychange", () => (document.hidden ? hangUp() : listen()));
  // Somebody changed something here and knows it before the stream does.
  document.addEventListener("page:stale", () => {
    wanted ??= known ?? "later";
    soon(0);
  });
  addEventListener("pagehide", hangUp);
  addEventListener("pageshow", (event) => event.persisted && listen());
  addEventListener("online", listen);
  setInterval(() => {
    if (document.hidden) return;
    wanted ??= known ?? "later";
    soon(pause(10 * SECOND));
  }, TIME_PASSES);
  listen();
}
