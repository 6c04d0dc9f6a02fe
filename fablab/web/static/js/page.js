// On every page, and every part optional: the page is complete without it.

// Sent once: a second press of the button does nothing until an answer had time to come.
const PATIENCE = 10_000;

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button[aria-busy]")) {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  // Later: a button disabled at once would not send its own name and value.
  setTimeout(() => {
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
  });
  setTimeout(() => release(form), PATIENCE);
});

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});

// What stands in the way comes first for everybody, also for those who do not see the box.
document.getElementById("problems")?.focus();

// A chosen date shows its day without another press; typing one is given time to finish.
let jumping;
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-jump]");
  if (!form) return;
  clearTimeout(jumping);
  if (event.target.type === "date" && event.target.value) {
    jumping = setTimeout(() => form.requestSubmit(), 600);
  }
});

// Menus close when one looks elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});
