// <oh-palette>: the search from anywhere.
// Promises: Ctrl or Cmd with K opens it; arrows go through what the server found; the last ones opened are offered again
// until the tab is closed. Must not invent links: each comes from the server's answer.

const KEY = "palette";
const MOST = 6;

class Palette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.field = this.querySelector("input[type=search]");
    this.found = this.querySelector(".found");
    if (!this.dialog || !this.field || !this.found) return;
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      this.open();
    });
    document.addEventListener("click", (event) => {
      const opener = event.target.closest?.("[data-palette]");
      if (!opener) return;
      event.preventDefault();
      this.open();
    });
    this.dialog.addEventListener("keydown", (event) => this.#key(event));
    this.found.addEventListener("click", (event) => this.#remember(event.target.closest("a")));
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    this.field.focus();
    this.field.select();
    if (!this.field.value) this.#offer();
  }

  #key(event) {
    const links = [...this.found.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? links[at - 1] : this.field).focus();
    else if (event.key === "Enter" && at < 0 && links.length > 0 && this.field.value) links[0].click();
    else if (event.key === "Escape") this.dialog.close();
    else return;
    event.preventDefault();
  }

  #kept() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    } catch {
      return [];
    }
  }

  #remember(link) {
    const path = link?.getAttribute("href") ?? "";
    if (!path.startsWith("/")) return;
    const kept = this.#kept().filter((one) => one.path !== path);
    sessionStorage.setItem(KEY, JSON.stringify([{ path, text: link.firstElementChild?.textContent ?? path }, ...kept].slice(0, MOST)));
  }

  #offer() {
    this.found.replaceChildren(...this.#kept().filter(({ path }) => path.startsWith("/") && !path.startsWith("//")).map(({ path, text }) => {
      const link = document.createElement("a");
      link.href = path;
      link.append(Object.assign(document.createElement("span"), { textContent: text }));
      return link;
    }));
  }
}
customElements.define("oh-palette", Palette);
