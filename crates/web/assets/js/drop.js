// <oh-drop>: choosing a file by dropping it, and how far its upload is.
// Promises: size and name are said before anything is sent; a refused file leaves the page as it is. Must not read the
// file: the server does.

const KB = 1024;
const sizeOf = (bytes) => (bytes < KB * KB ? `${Math.max(1, Math.round(bytes / KB))} kB` : `${(bytes / KB / KB).toFixed(1)} MB`);

class Drop extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("input[type=file]");
    this.zone = this.querySelector(".drop-zone");
    this.said = this.querySelector("[data-said]");
    if (!this.form || !this.field || !this.zone) return;
    const isOver = (event, value) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
      event.preventDefault();
      this.zone.classList.toggle("over", value);
    };
    this.addEventListener("dragover", (event) => isOver(event, true));
    this.addEventListener("dragleave", (event) => isOver(event, false));
    this.addEventListener("drop", (event) => {
      isOver(event, false);
      if (!event.dataTransfer?.files.length) return;
      this.field.files = event.dataTransfer.files;
      this.#tell();
    });
    this.field.addEventListener("change", () => this.#tell());
    this.form.addEventListener("submit", (event) => this.#send(event));
  }

  #tell() {
    const file = this.field.files?.[0];
    const most = Number(this.dataset.most);
    const isTooLarge = file && most > 0 && file.size > most;
    this.field.setCustomValidity(isTooLarge ? this.dataset.tooLarge : "");
    if (this.said) this.said.textContent = file ? `${file.name} · ${sizeOf(file.size)}${isTooLarge ? ` · ${this.dataset.tooLarge}` : ""}` : "";
  }

  #send(event) {
    const meter = this.querySelector("[data-upload]");
    if (!meter || !this.field.files?.length) return;
    event.preventDefault();
    const body = new FormData(this.form, event.submitter);
    const request = new XMLHttpRequest();
    request.open("POST", this.form.action);
    request.responseType = "document";
    meter.hidden = false;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      const share = total > 0 ? loaded / total : 0;
      meter.querySelector("[data-share]")?.setAttribute("width", String(Math.round(share * 1000) / 10));
    });
    request.addEventListener("load", () => {
      const answer = request.responseXML?.querySelector("main");
      if (request.status < 400 && request.responseURL) return location.assign(request.responseURL);
      if (answer) document.querySelector("main").replaceWith(document.importNode(answer, true));
      else this.#failed(meter);
    });
    request.addEventListener("error", () => this.#failed(meter));
    request.send(body);
  }

  #failed(meter) {
    meter.hidden = true;
    if (this.said) this.said.textContent = this.dataset.failed;
    this.form.querySelectorAll("button").forEach((button) => (button.disabled = false));
  }
}
customElements.define("oh-drop", Drop);
