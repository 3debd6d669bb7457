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

/** How many boxes of a form are ticked, beside the question whether they are meant. */
function countTicked(form) {
  const n = form.querySelectorAll("input[type=checkbox]:checked").length;
  for (const told of form.querySelectorAll("[data-ticked]")) {
    told.textContent = n === 0 ? "" : `${told.dataset.ticked} ${n}`;
  }
}

function revive(root) {
  localTimes(root);
  copyButtons(root);
  for (const told of root.querySelectorAll("form [data-ticked]")) countTicked(told.closest("form"));
}

/** What the reader had opened stays open. */
function keepOpen(old, fresh) {
  for (const details of old.querySelectorAll("[id] > details[open]")) {
    const same = fresh.querySelector(`#${CSS.escape(details.parentElement.id)} > details`);
    if (same !== null) same.open = true;
  }
}

/** Tell a screen reader what is worth interrupting for, once: not each count. */
function announce(old, fresh) {
  const said = (part) => (part.matches("[data-say]") ? part : part.querySelector("[data-say]"))?.dataset.say ?? "";
  const news = document.getElementById("news");
  if (news !== null && said(fresh) !== "" && said(fresh) !== said(old)) news.textContent = said(fresh);
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
  keepOpen(old, fresh);
  announce(old, fresh);
  old.replaceWith(fresh);
  if (focus !== "") document.getElementById(focus)?.focus();
}

/**
 * Listen where the page says that its parts come from, while somebody can see them: a browser has few connections to one
 * server, and pages in the background would take them all. It connects again by itself until the end is told.
 */
function listen(address) {
  let stream = null;
  const stop = () => {
    stream?.close();
    stream = null;
  };
  const look = () => {
    if (document.hidden) return stop();
    if (stream !== null) return;
    stream = new EventSource(address);
    stream.addEventListener("parts", (event) => {
      for (const [id, html] of Object.entries(JSON.parse(event.data))) replace(id, html);
    });
    stream.addEventListener("end", leave);
    stream.addEventListener("over", () => goStale());
    stream.addEventListener("crowded", (event) => goStale(event.data));
    // As long as it is tried again, nothing is lost.
    stream.addEventListener("error", () => { if (stream?.readyState === EventSource.CLOSED) goStale(); });
  };
  const leave = () => {
    stop();
    document.removeEventListener("visibilitychange", look);
  };
  const goStale = (why) => {
    leave();
    const notice = document.getElementById("stale");
    if (why !== undefined) notice.querySelector("span").textContent = why;
    notice.hidden = false;
  };
  document.addEventListener("visibilitychange", look);
  look();
}

/** Put a text where it can be pasted from; where the browser does not allow it, select it, and the reader copies it. */
async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    window.getSelection().selectAllChildren(button.closest(".copyable, li") ?? button);
    return;
  }
  const label = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (button !== null) copy(button);
});

document.addEventListener("change", (event) => {
  if (event.target.form !== null && event.target.matches("input[type=checkbox]")) countTicked(event.target.form);
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question !== undefined && !window.confirm(question)) event.preventDefault();
});

revive(document);
for (const address of new Set(Array.from(document.querySelectorAll("[data-live]"), (part) => part.dataset.live))) {
  listen(address);
}
