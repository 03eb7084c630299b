// <oh-grid>: keys in a table of stock.
// Promises: everything a key does is a link, a box or a button of the row that is pressed. Must not know what a stock
// level means: the server answers with the numbers of an edit.

class Grid extends HTMLElement {
  #from = -1;

  connectedCallback() {
    this.addEventListener("keydown", this.#key);
    this.addEventListener("focusin", (event) => this.#mark(event.target.closest("tbody tr")));
    this.addEventListener("change", () => this.#count());
    this.addEventListener("paste", this.#paste);
    document.addEventListener("htmx:after:settle", this.#prepare);
    this.#prepare();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:settle", this.#prepare);
  }

  rows() {
    return [...this.querySelectorAll("tbody tr[data-stock]")];
  }

  boxes() {
    return [...this.querySelectorAll("tbody .box[name=stock]")];
  }

  #prepare = () => {
    const rows = this.rows();
    const current = rows.find((row) => row.classList.contains("at")) ?? rows[0];
    for (const row of rows) row.tabIndex = row === current ? 0 : -1;
    const all = this.querySelector("thead .box");
    if (all) all.onchange = () => this.boxes().forEach((box) => (box.checked = all.checked));
    this.#count();
  };

  #mark(row) {
    if (!row) return;
    for (const other of this.querySelectorAll("tr.at")) if (other !== row) other.classList.remove("at");
    row.classList.add("at");
    for (const other of this.rows()) other.tabIndex = other === row ? 0 : -1;
  }

  #count() {
    const boxes = this.boxes(), chosen = boxes.filter((box) => box.checked).length;
    const all = this.querySelector("thead .box");
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    const words = this.querySelector("[data-selected]");
    const whole = this.querySelector("[name=all]");
    if (words) words.textContent = whole?.checked ? words.dataset.all : words.dataset.selected.replace("0", String(chosen));
  }

  #select(row, isOn) {
    const box = row?.querySelector(".box[name=stock]");
    if (!box) return;
    box.checked = isOn ?? !box.checked;
    this.#count();
  }

  #press(row, selector) {
    const target = row?.querySelector(selector);
    target?.click();
    return Boolean(target);
  }

  #key = (event) => {
    if (document.documentElement.dataset.keys === "off" || event.altKey) return;
    const row = event.target.closest("tbody tr[data-stock]");
    if (event.target.closest(".pop, .edit") && event.target.matches("input, select, textarea, button")) {
      if (event.key === "Escape" && this.#press(this, "[data-leave]")) event.preventDefault();
      return;
    }
    if (!row || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "a") {
      const boxes = this.boxes(), whole = this.querySelector("[name=all]");
      if (whole && boxes.every((box) => box.checked)) whole.checked = true;
      boxes.forEach((box) => (box.checked = true));
      this.#count();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    if (this.#move(event, row) || this.#act(event, row)) event.preventDefault();
  };

  #move(event, row) {
    const rows = this.rows(), at = rows.indexOf(row), page = 12;
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 };
    if (!(event.key in steps)) return false;
    const next = rows[Math.max(0, Math.min(rows.length - 1, steps[event.key]))];
    if (event.shiftKey && event.key.startsWith("Arrow")) {
      if (this.#from < 0) this.#from = at;
      const to = rows.indexOf(next), [low, high] = [Math.min(this.#from, to), Math.max(this.#from, to)];
      rows.forEach((one, index) => this.#select(one, index >= low && index <= high));
    } else this.#from = -1;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  #act(event, row) {
    if (event.target !== row && event.key === "Enter") return false;
    switch (event.key) {
      case "Enter": return this.#press(row, "a.level") || this.#press(row, "a.sku");
      case " ": if (event.target !== row) return false; this.#select(row); return true;
      case ".": return this.#press(row, "a.sku");
      case "e": return this.#press(document, "[data-export]");
      case "Escape": row.blur(); return true;
      default: return false;
    }
  }

  #paste = (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const form = this.querySelector("form[data-paste]");
    if (!form || event.target.matches("input, textarea") || !/\S\t\S/.test(text)) return;
    event.preventDefault();
    form.elements.text.value = text;
    form.requestSubmit();
  };
}
customElements.define("oh-grid", Grid);
