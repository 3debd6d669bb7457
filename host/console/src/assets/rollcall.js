// What pages do beyond being read: parts that change by themselves, copying, the reader's own time, asking once more.
// Everything works without it; no page depends on it.
"use strict";

/** Moments in the reader's own time zone, the largest unit first: in every language they are read the same way, and line up. */
function localTimes(root) {
  const two = (number) => String(number).padStart(2, "0");
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) {
      const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
      time.title = time.dateTime;
      time.textContent = `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")}`;
    }
  }
}

/** Copy buttons are hidden until there is somebody who copies. */
function copyButtons(root) {
  for (const button of root.querySelectorAll("button.copy")) {
    button.hidden = false;
  }
}

function revive(root) {
  localTimes(root);
  copyButtons(root);
}

/** Put a part in the place of the one with the same id, and keep the focus where it was. */
function replace(id, html) {
  const old = document.getElementById(id);
  if (old === null) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  if (fresh === null) return;
  const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
  revive(fresh);
  old.replaceWith(fresh);
  if (focus !== "") document.getElementById(focus)?.focus();
}

/** Listen where the page says that its parts come from. The browser connects again by itself until the end is told. */
function listen(address) {
  const stream = new EventSource(address);
  stream.addEventListener("parts", (event) => {
    for (const [id, html] of Object.entries(JSON.parse(event.data))) replace(id, html);
  });
  stream.addEventListener("end", () => stream.close());
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (button === null) return;
  const label = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, 2000);
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question !== undefined && !window.confirm(question)) event.preventDefault();
});

revive(document);
for (const address of new Set(Array.from(document.querySelectorAll("[data-live]"), (part) => part.dataset.live))) {
  listen(address);
}
