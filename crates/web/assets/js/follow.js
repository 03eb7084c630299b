// What a page does with the stream of changes besides numbers of stock: counters, cards, the newest changes, an order, and
// the order of a table's rows.
// Promises: what is drawn anew is the server's own page; a row of the newest changes is a copy of the page's template. A
// form that somebody is filling in is left alone. Must not open a stream: live.js does.

const locale = document.documentElement.lang;
const number = new Intl.NumberFormat(locale);
const MOST = 20;
const $ = (selector, from = document) => from.querySelector(selector);

/* Counters beside the entries of the navigation. A word around a number stays. */
function counters(values) {
  for (const place of document.querySelectorAll("[data-card]")) {
    const value = values[place.dataset.card];
    const box = place.closest(".count");
    if (box) box.hidden = !value;
    if (value) place.textContent = place.textContent.replace(/[\d.,]+/, number.format(value));
  }
}

/* The cards are drawn by the server: asked for again when they would say something else, once at a time. */
let isAsking = false;
document.addEventListener("live:cards", ({ detail }) => {
  counters(detail);
  const cards = $("[data-cards]");
  if (!cards || isAsking || detail.needs === undefined || cards.dataset.cards === detail.needs) return;
  isAsking = true;
  const done = () => setTimeout(() => (isAsking = false), 1000);
  window.htmx?.ajax("GET", cards.dataset.refresh, { source: cards, target: cards, swap: "outerMorph" })?.then(done, done);
});

/* The newest changes: [movement, time, product, SKU, name, change, available, reference, its address]. */
function news([movement, at, product, sku, name, change, available, reference, address]) {
  const row = $("#news-row").content.firstElementChild.cloneNode(true);
  row.dataset.movement = String(movement);
  $("time", row).dateTime = at;
  $("time", row).textContent = new Date(at).toLocaleTimeString(locale, { hourCycle: "h23" });
  $(".sku", row).textContent = sku;
  $(".sku", row).href = product;
  $(".name", row).textContent = name;
  const moved = $("[data-change]", row);
  moved.textContent = (change > 0 ? "+" : change < 0 ? "−" : "") + number.format(Math.abs(change));
  moved.className = change < 0 ? "q-reserved" : "q-up";
  $("b", row).textContent = number.format(available);
  if (reference) {
    const link = document.createElement(address ? "a" : "span");
    link.className = address ? "mono more" : "mono";
    link.textContent = reference;
    if (address) link.href = address;
    $(".ref", row).append(link);
  }
  return row;
}

document.addEventListener("live:news", ({ detail }) => {
  const list = $("[data-news]");
  if (!list) return;
  const known = new Set([...list.children].map((row) => row.dataset.movement));
  const fresh = detail.rows.filter((row) => !known.has(String(row[0]))).map(news);
  list.prepend(...fresh);
  while (list.children.length > MOST) list.lastElementChild.remove();
  const none = $("[data-no-news]");
  if (none) none.hidden = list.children.length > 0;
});

/* Whether somebody has entered something into the page, or is about to. */
function isFilledIn(region) {
  const fields = [...region.querySelectorAll("input:not([type=hidden]), textarea, select")];
  const differs = (field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : "defaultValue" in field && field.value !== field.defaultValue;
  return region.querySelector("details[open] form") !== null || fields.some((field) => differs(field) || field === document.activeElement);
}

document.addEventListener("live:order", ({ detail }) => {
  const region = $(`[data-order="${Number(detail.pk)}"]`);
  if (!region || region.dataset.orderState === detail.state) return;
  region.dataset.orderState = detail.state;
  if (!isFilledIn(region)) window.htmx?.ajax("GET", region.dataset.refresh, { source: region, target: region, swap: "outerMorph" });
  else $("[data-order-changed]", region).hidden = false;
});

/* The counts of views and the sums are the server's own. Where rows have changed, they are read again from the page that
   is shown, at most so often. */
const COUNTS_AGAIN = 10_000;
let counting = 0;
async function count() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const place of document.querySelectorAll("[data-count]")) {
      const other = $(`[data-count="${place.dataset.count}"]`, page);
      if (other && other.textContent !== place.textContent) place.replaceWith(document.adoptNode(other));
    }
  } catch {
    // The next change asks again.
  } finally {
    counting = 0;
  }
}
document.addEventListener("live:stock", () => {
  if ($("[data-count]")) counting ||= setTimeout(count, COUNTS_AGAIN);
});

/* How many rows stand behind one that should come after them. Nothing is moved under somebody's eyes. */
document.addEventListener("live:stock", () => {
  const line = $("[data-moved]");
  if (!line) return;
  let [least, moved] = ["", 0];
  for (const time of document.querySelectorAll("tbody tr[data-stock] .c-ago time")) {
    if (least && time.dateTime > least) moved += 1;
    else least = time.dateTime;
  }
  line.hidden = moved === 0;
  const words = moved === 1 ? line.dataset.one : line.dataset.many.replace("2", number.format(moved));
  $("span", line).textContent = words;
});
