// <oh-live>: the numbers of a page follow the server while the page is seen.
// Promises: one stream per visible tab, and while it is lost a look every 15 seconds; it writes text and bars only where
// a value differs, and never moves, adds or removes rows of a table. What is not a stock or an import it hands on, as an
// event of the document (follow.js). Must not touch a row whose level is edited, nor build HTML from texts.

const number = new Intl.NumberFormat(document.documentElement.lang);
const SVG = "http://www.w3.org/2000/svg";
const clockOf = (date) => date.toLocaleTimeString(document.documentElement.lang, { hour12: false });

/* The same measure as crates/web/src/bar.rs: the width of a quantity grows with its square root up to the scale. */
const WIDTH = 144, GAP = 1.5, LEAST = 3;
function parts(scale, available, reserved, reported, over) {
  const whole = available + reserved + reported + over;
  const length = WIDTH * Math.min(1, Math.sqrt(whole / Math.max(scale, whole, 1)));
  let x = 0;
  const shown = [];
  for (const [kind, units] of [["available", available], ["reserved", reserved], ["reported", reported], ["danger", over]]) {
    if (units <= 0) continue;
    const width = Math.max(LEAST, (length * units) / whole);
    shown.push([kind, Math.min(x, WIDTH - LEAST), Math.min(width, WIDTH - Math.min(x, WIDTH - LEAST))]);
    x += width + GAP;
  }
  return shown;
}

function rectangle(x, width, name, fill) {
  const rect = document.createElementNS(SVG, "rect");
  for (const [key, value] of Object.entries({ x: x.toFixed(1), y: 1, width: width.toFixed(1), height: 12, rx: 2 })) rect.setAttribute(key, value);
  if (fill) rect.setAttribute("fill", fill);
  else rect.setAttribute("class", name);
  return rect;
}

function drawBar(svg, onHand, reserved, reported, available) {
  if (svg.hasAttribute("data-off")) return;
  const over = Math.max(0, reserved + reported - onHand);
  // What is oversold is shown apart, so the reserved part is only as long as what there is.
  const kept = Math.max(0, Math.min(reserved, onHand - Math.min(reported, onHand)));
  const track = svg.firstElementChild;
  const rects = [track];
  for (const [kind, x, width] of parts(Number(svg.dataset.scale), available, kept, Math.min(reported, onHand), over)) {
    rects.push(rectangle(x, width, `f-${kind}`));
    if (kind === "reserved") rects.push(rectangle(x, width, "", "url(#p-hatch)"));
    if (kind === "reported") rects.push(rectangle(x, width, "", "url(#p-stripe)"));
  }
  svg.replaceChildren(...rects);
}

function write(place, value, isMarked) {
  const before = Number(place.dataset.value);
  if (before === value) return;
  place.dataset.value = String(value);
  const text = value === 0 && place.dataset.n !== "available" && place.dataset.n !== "on_hand" ? "–" : number.format(value);
  (place.querySelector("[data-text]") ?? place).textContent = text;
  const cell = place.closest("td");
  if (!isMarked || !cell || Number.isNaN(before)) return;
  const way = value > before ? "up" : "down";
  cell.classList.remove("moved", "up", "down");
  void cell.offsetWidth;
  cell.classList.add("moved", way);
  cell.querySelector(".delta")?.remove();
  const delta = document.createElement("span");
  delta.className = `delta ${way} n`;
  delta.ariaHidden = "true";
  delta.textContent = `${value > before ? "+" : "−"}${number.format(Math.abs(value - before))}`;
  cell.append(delta);
  setTimeout(() => delta.remove(), 2000);
}

const POLL = 15000;
/* What the stream says of rows, of counters and of an order; the last three are for follow.js. */
const NAMES = ["stock", "import", "cards", "news", "order"];

class Live extends HTMLElement {
  #stream = null;
  #url = "";
  #timer = 0;
  #poll = 0;
  #lostAt = null;
  #levels = new Map();

  connectedCallback() {
    this.button = this.querySelector("button");
    this.words = this.querySelector("[data-words]");
    this.at = this.querySelector("[data-at]");
    this.button?.addEventListener("click", this.#pressed);
    document.addEventListener("visibilitychange", this.#seen);
    document.addEventListener("htmx:after:settle", this.#changed);
    this.#begin();
  }

  disconnectedCallback() {
    this.button?.removeEventListener("click", this.#pressed);
    document.removeEventListener("visibilitychange", this.#seen);
    document.removeEventListener("htmx:after:settle", this.#changed);
    clearTimeout(this.#timer);
    this.close();
  }

  #pressed = () => {
    sessionStorage.setItem("live", this.isPaused ? "on" : "off");
    this.#begin();
  };
  #seen = () => (document.hidden ? this.close() : this.#begin());
  /* A swapped region shows other rows, and its switch says again what the server knows of it. */
  #changed = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), 300);
  };

  /* The switch stays as it was left, on every page of the tab. */
  get isPaused() {
    return sessionStorage.getItem("live") === "off";
  }

  #begin() {
    this.button?.setAttribute("aria-pressed", String(!this.isPaused));
    if (this.isPaused) {
      this.close();
      this.show("off", this.dataset.paused);
    } else this.open();
  }

  show(state, words) {
    this.dataset.state = state;
    if (this.words && this.words.textContent !== words) this.words.textContent = words;
  }

  url() {
    const ids = (name) => [...new Set([...document.querySelectorAll(`[data-${name}]`)].map((one) => one.dataset[name]))];
    const query = new URLSearchParams();
    const stocks = ids("stock").slice(0, 200);
    if (stocks.length) query.set("stocks", stocks.join(","));
    for (const name of ["import", "order"]) if (ids(name).length) query.set(name, ids(name)[0]);
    if (document.querySelector("[data-card], [data-cards]")) query.set("cards", "1");
    if (document.querySelector("[data-news]")) query.set("news", "1");
    return [...query.keys()].length ? `${this.dataset.src}?${query}` : "";
  }

  open() {
    const url = this.url();
    if (!url || document.hidden || !window.EventSource) return this.close();
    if (this.#stream && this.#stream.readyState !== EventSource.CLOSED && url === this.#url) return this.#tell();
    this.#stream?.close();
    const stream = new EventSource(url);
    this.#stream = stream;
    this.#url = url;
    this.#tell();
    stream.onopen = () => this.#found();
    stream.onerror = () => this.#lost();
    for (const name of NAMES) stream.addEventListener(name, (event) => this.take(name, event.data));
    // The server goes on, but what it reads from is away.
    stream.addEventListener("away", () => this.#lost());
    stream.addEventListener("back", () => this.#found());
    stream.addEventListener("reload", () => this.#again());
    stream.addEventListener("bye", () => {
      stream.close();
      this.#lost();
    });
  }

  close() {
    this.#stream?.close();
    this.#stream = null;
    clearInterval(this.#poll);
    this.#poll = 0;
  }

  #tell() {
    if (this.#lostAt) this.show("lost", this.dataset.lost.replace("{at}", clockOf(this.#lostAt)));
    else this.show("on", this.dataset.live);
  }

  #found() {
    this.#lostAt = null;
    clearInterval(this.#poll);
    this.#poll = 0;
    this.#tell();
  }

  /* A browser connects again by itself, unless it was told that this is in vain. */
  #lost() {
    this.#lostAt ??= new Date();
    this.#tell();
    this.#poll ||= setInterval(() => this.#look(), POLL);
  }

  /* What the stream would say, once. */
  async #look() {
    try {
      const answer = await fetch(`${this.#url}&once=1`, { headers: { Accept: "text/event-stream" } });
      if (answer.ok && answer.headers.get("content-type")?.startsWith("text/event-stream")) this.#read(await answer.text());
    } catch {
      // It is still lost.
    }
    if (this.#stream?.readyState === EventSource.CLOSED && !this.isPaused) this.open();
  }

  #read(text) {
    for (const event of text.split("\n\n")) {
      const line = (name) => event.split("\n").find((one) => one.startsWith(name))?.slice(name.length);
      if (NAMES.includes(line("event: "))) this.take(line("event: "), line("data: "));
    }
  }

  /* Too much has changed while the stream was lost. What is being entered is not thrown away for that. */
  #again() {
    if (!document.querySelector(".pop") && !document.activeElement?.closest("main form")) return location.reload();
    this.close();
    this.open();
  }

  take(name, data) {
    if (this.at) this.at.textContent = clockOf(new Date());
    const values = JSON.parse(data);
    if (name === "stock") {
      values.rows.forEach((row) => this.stock(row));
      document.dispatchEvent(new CustomEvent("live:stock"));
    } else if (name === "import") this.import(values);
    else document.dispatchEvent(new CustomEvent(`live:${name}`, { detail: values }));
  }

  /* The line at a level that is being edited: what has come between, and whence. */
  #say(place, [id, onHand, , , available, , , reference, by]) {
    const known = this.#levels.get(id);
    if (!known) return this.#levels.set(id, { onHand, available });
    const isLevel = known.onHand !== onHand;
    if (!isLevel && known.available === available) return;
    const now = place.dataset.now.replace("{n}", number.format(isLevel ? onHand : available));
    place.textContent = `${isLevel ? place.dataset.onHand : place.dataset.available}: ${now.replace("{by}", [by, reference].filter(Boolean).join(" "))}`;
    place.hidden = false;
  }

  stock(values) {
    const [id, onHand, reserved, reported, available, at, cause, reference] = values;
    for (const row of document.querySelectorAll(`[data-stock="${Number(id)}"]`)) {
      const edited = row.querySelector("[data-now]");
      if (edited) {
        this.#say(edited, values);
        continue;
      }
      this.#levels.set(id, { onHand, available });
      const shown = { on_hand: onHand, reserved, reported, available };
      for (const place of row.querySelectorAll("[data-n]")) write(place, shown[place.dataset.n], place.dataset.n === "available");
      for (const bar of row.querySelectorAll(".stockbar[data-scale]")) drawBar(bar, onHand, reserved, reported, available);
      const time = row.querySelector(".c-ago time");
      if (time && at && time.dateTime !== at) {
        time.dateTime = at;
        // "0 s ago", until frame.js counts on.
        time.textContent = document.documentElement.dataset.agoS;
      }
      const words = row.querySelector("[data-cause]");
      if (words && cause) {
        // The address of what caused it is not in the stream, so the old one goes.
        const link = row.querySelector("[data-ref]");
        words.textContent = link ? cause : [cause, reference].filter(Boolean).join(" ");
        if (link) link.textContent = reference ?? "";
        link?.removeAttribute("href");
      }
    }
  }

  import({ pk, state, processed, total }) {
    for (const box of document.querySelectorAll(`[data-import="${Number(pk)}"]`)) {
      if (box.dataset.state && state !== box.dataset.state) return location.reload();
      const share = total > 0 ? processed / total : 0;
      box.querySelector("[data-share]")?.setAttribute("width", String(Math.round(share * 1000) / 10));
      const values = { percent: Math.floor(share * 100), processed, total };
      for (const [name, value] of Object.entries(values)) {
        const place = box.querySelector(`[data-p="${name}"]`);
        if (place) place.textContent = number.format(value ?? 0);
      }
    }
  }
}
customElements.define("oh-live", Live);
