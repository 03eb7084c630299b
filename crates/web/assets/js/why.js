// Keys on a product's page: j and k walk what happened, [ and ] lead to the list before and after.
// Promises: a key presses a link or moves the focus. Must not know what a line of the history says.

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null;

function walk(step) {
  const lines = [...document.querySelectorAll("ol.tl > li")];
  if (lines.length === 0) return false;
  const at = lines.findIndex((line) => line.contains(document.activeElement));
  const next = lines[Math.max(0, Math.min(lines.length - 1, at < 0 ? 0 : at + step))];
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function lead(step) {
  const links = [...document.querySelectorAll(".lss a.ls")];
  const at = links.findIndex((link) => link.getAttribute("aria-current") === "true");
  const next = links[at + step];
  if (at < 0 || !next) return false;
  next.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  const isOff = document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]") !== null;
  if (isOff || event.metaKey || event.altKey && event.ctrlKey === false || isTyping(event.target)) return;
  // On some keyboards brackets are typed with AltGr, which says Ctrl and Alt.
  const isPlain = !event.ctrlKey && !event.altKey;
  const done =
    isPlain && event.key === "j" ? walk(1)
    : isPlain && event.key === "k" ? walk(-1)
    : event.key === "]" ? lead(1)
    : event.key === "[" ? lead(-1)
    : false;
  if (done) event.preventDefault();
});
