// A shared tablet: away goes who touches nothing for half a minute. The server counts too, and is
// told of touches now and then. Without this module the page goes by itself after that time.

const SECOND = 1000;
const UNTOUCHED = 30 * SECOND;
const TELL = 5 * SECOND; // between two words to the server, however much is touched
const main = document.querySelector("main[data-away]");

let leaving = 0;
let told = performance.now();

const leave = () => location.replace(main.dataset.away);

function touched() {
  clearTimeout(leaving);
  leaving = setTimeout(leave, UNTOUCHED);
  if (!main.dataset.still || performance.now() - told < TELL) return;
  told = performance.now();
  fetch(main.dataset.still).then((answer) => answer.ok || leave(), () => {});
}

if (main) {
  for (const event of ["pointerdown", "keydown", "input", "scroll"]) {
    addEventListener(event, touched, { passive: true, capture: true });
  }
  addEventListener("pageshow", (event) => (event.persisted ? leave() : touched()));
  touched();
}
