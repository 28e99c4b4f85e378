// What the pages have beyond plain HTML: variables that are clicked in, Ctrl+Enter, and j, k, o in a table.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const text = document.getElementById("text");
  if (!button || !text) return;
  text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});

document.documentElement.classList.add("script");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.previousElementSibling.textContent);
  button.textContent = "Copied";
});

document.addEventListener("keydown", (event) => {
  const attempt = document.getElementById("try");
  if (attempt && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    attempt.click();
  }
});

const queue = document.querySelector("[data-queue] tbody tr");
if (queue) queue.focus();

document.addEventListener("keydown", (event) => {
  const rows = [...document.querySelectorAll("#rows tbody tr")];
  const typing = event.target.closest("input, textarea, select");
  if (!rows.length || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const here = rows.indexOf(document.activeElement.closest("tr"));
  if (event.key === "j") rows[Math.min(here + 1, rows.length - 1)].focus();
  else if (event.key === "k") rows[Math.max(here - 1, 0)].focus();
  else if (event.key === "o" && here >= 0) rows[here].querySelector("a").click();
  else if (event.key === "e" && here >= 0) {
    const details = rows[here].querySelector(".marking");
    if (details) details.open = !details.open;
  } else if (/^[1-9]$/.test(event.key) && here >= 0) {
    rows[here].querySelector(`[data-key="${event.key}"]`)?.click();
  } else if (event.key === "/") {
    event.preventDefault();
    document.getElementById("search").focus();
  }
});

// A part of a page that is loaded again and again says what it has to say here, when that changed.
document.addEventListener("htmx:afterSettle", () => {
  const [said, part] = [document.getElementById("said"), document.querySelector("[data-said]")];
  if (said && part && said.textContent !== part.dataset.said) said.textContent = part.dataset.said;
});

// A page that nobody looks at does not ask: it goes on when it is looked at again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[hx-trigger^=every]")) event.preventDefault();
});
