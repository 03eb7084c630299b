// Everything that every screen has: keys, menus, messages, the theme, copying, times in the reader's zone.
// Promises: it only presses links and buttons that are on the page. Must not know what a screen is about.

const root = document.documentElement;
const $ = (selector, from = document) => from.querySelector(selector);
const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null;
const keysAreOn = () => root.dataset.keys !== "off";

/* Times. The server writes them in its own zone; here they become the reader's. */
// English dates begin with the day, as the server writes them.
const locale = root.lang === "en" ? "en-GB" : root.lang;
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

function age(seconds) {
  const words = root.dataset;
  if (seconds < 60) return words.agoS.replace("0", String(Math.max(0, Math.floor(seconds))));
  if (seconds < 3600) return words.agoMin.replace("0", String(Math.floor(seconds / 60)));
  return words.agoH.replace("0", String(Math.floor(seconds / 3600)));
}

function showTimes(from = document) {
  const now = Date.now();
  for (const time of from.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    const seconds = (now - at.valueOf()) / 1000;
    const isToday = at.toDateString() === new Date(now).toDateString();
    let text = time.textContent;
    if (time.dataset.as === "ago") text = seconds < 86400 ? age(seconds) : day.format(at);
    else if (time.dataset.as === "clock") text = isToday || seconds < 86400 ? clock.format(at) : `${day.format(at)} ${clock.format(at).slice(0, 5)}`;
    else if (time.dataset.as === "exact") text = exact.format(at);
    if (time.textContent !== text) time.textContent = text;
    if (time.title !== exact.format(at)) time.title = exact.format(at);
  }
}

/* Messages go after ten seconds, but not while they are read with the pointer or the keyboard. */
function watchToasts() {
  for (const toast of document.querySelectorAll(".toast:not([data-timed])")) {
    toast.dataset.timed = "";
    const hide = () => (toast.matches(":hover, :focus-within") ? setTimeout(hide, 2000) : toast.classList.add("gone"));
    setTimeout(hide, 10000);
  }
}

/* Seconds that count down until something may be tried again. A page that could not be shown is asked for again by
   itself, though not every second. */
const PATIENCE = 4;
function countDown() {
  for (const place of document.querySelectorAll("[data-seconds]")) {
    const left = Math.max(0, Number(place.dataset.seconds) - 1);
    const over = left === 0 ? Number(place.dataset.over ?? 0) + 1 : 0;
    place.dataset.over = String(over);
    if (place.dataset.again && over === PATIENCE) location.replace(place.dataset.again);
    place.dataset.seconds = String(left);
    place.textContent = String(left);
  }
}

function go(letter) {
  const link = $(`[data-go="${letter}"]`);
  if (link) link.click();
  return link !== null;
}

let waitsForLetter = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = [...document.querySelectorAll("details.menu[open]")].at(-1);
    if (open) {
      open.open = false;
      $("summary", open)?.focus();
      event.preventDefault();
      return;
    }
  }
  if (!keysAreOn() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.timeStamp < waitsForLetter) {
    waitsForLetter = 0;
    if (go(event.key)) event.preventDefault();
    return;
  }
  if (event.key === "g") waitsForLetter = event.timeStamp + 1500;
  else if (event.key === "/") {
    const field = $("[data-search]");
    if (!field) return;
    field.focus();
    field.select();
    event.preventDefault();
  } else if (event.key === "?") $("#keys")?.showModal?.();
  else if (/^[1-9]$/.test(event.key)) $(`[data-card-key="${event.key}"]`)?.click();
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
  if (target?.closest("[data-close]")) target.closest("dialog")?.close();
  const opener = target?.closest("[data-dialog]");
  if (opener) $(`#${opener.dataset.dialog}`)?.showModal?.();
  const copier = target?.closest("[data-copy]");
  if (copier) {
    const from = document.getElementById(copier.dataset.copy);
    const text = from?.value ?? from?.textContent ?? "";
    navigator.clipboard?.writeText(text).then(() => {
      const said = $("[role=status].said-copy", copier.parentElement) ?? copier;
      said.textContent = copier.dataset.copied;
    });
  }
  if (target === event.target && target?.matches("dialog")) target.close();
});

/* The theme changes at once; the server hears of it behind. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-theme-form]")) {
    event.preventDefault();
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    const body = new URLSearchParams(new FormData(form));
    body.set("theme", root.dataset.theme);
    fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
    return;
  }
  if (form.method === "post" && !form.hasAttribute("hx-post")) {
    // A second press of the same button would send the form again.
    setTimeout(() => form.querySelectorAll("button:not([type=button])").forEach((button) => (button.disabled = true)));
  }
});
addEventListener("pageshow", () => document.querySelectorAll("form button[disabled]:not([data-disabled])").forEach((button) => (button.disabled = false)));

/* Fields that send their form when they change; the button of the form stays for those without scripts. */
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-sends]")) event.target.form?.requestSubmit();
});

function settle() {
  showTimes();
  watchToasts();
  for (const field of document.querySelectorAll("[data-indeterminate]")) field.indeterminate = true;
}
document.addEventListener("htmx:after:settle", () => {
  settle();
  const wanted = $("[data-focus]");
  if (wanted && !(wanted.form ?? wanted).contains(document.activeElement)) {
    wanted.focus();
    wanted.select?.();
  }
});
document.addEventListener("htmx:after:swap", settle);
/* What was wrong with the form before is no longer said while it is sent again. */
document.addEventListener("htmx:before:request", () => $("#problem")?.replaceChildren());
settle();
setInterval(showTimes, 5000);
setInterval(countDown, 1000);
