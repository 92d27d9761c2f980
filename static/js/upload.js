// <form data-upload>: drop a file on [data-drop] or choose one, and see its bytes go.
// With data-upload="auto" it starts at once. Without this it is an ordinary form.
//
// The answer is a redirect (or an HX-Redirect header), or a 422 whose HTML holds the
// form again: the texts of its errors are shown in place.
const MEGABYTE = 1e6;

function size(bytes) {
  return (bytes / MEGABYTE).toFixed(bytes < 10 * MEGABYTE ? 1 : 0);
}

class Upload {
  constructor(form) {
    this.form = form;
    this.drop = form.querySelector("[data-drop]");
    this.input = form.querySelector('input[type="file"]');
    this.panel = form.querySelector("[data-upload-progress]");
    this.errors = form.querySelector("[data-upload-errors]");
    form.addEventListener("submit", (event) => this.submit(event));
    form.querySelector("[data-upload-cancel]")?.addEventListener("click", () => this.request?.abort());
    this.input.addEventListener("change", () => this.chosen());
    if (this.drop) this.listenForDrops();
  }

  listenForDrops() {
    for (const name of ["dragenter", "dragover"]) {
      this.drop.addEventListener(name, (event) => {
        event.preventDefault();
        this.drop.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      this.drop.addEventListener(name, (event) => {
        event.preventDefault();
        if (!this.drop.contains(event.relatedTarget)) this.drop.classList.remove("is-over");
      });
    }
    this.drop.addEventListener("drop", (event) => {
      if (this.request || !event.dataTransfer.files.length) return;
      this.input.files = event.dataTransfer.files;
      this.chosen();
    });
  }

  chosen() {
    this.showErrors([]);
    if (this.form.dataset.upload === "auto" && this.input.files.length) this.form.requestSubmit();
  }

  submit(event) {
    if (!this.input.files.length) return; // the browser or the server says what is missing
    event.preventDefault();
    if (this.request) return;
    const request = new XMLHttpRequest();
    this.request = request;
    this.started = performance.now();
    this.showErrors([]);
    this.busy(true);
    this.show(0, 0);
    request.upload.addEventListener("progress", ({ loaded, total }) => this.show(loaded, total));
    request.upload.addEventListener("load", () => this.say("Sent. Storing it…"));
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.failed("The connection broke. Send the file again."));
    request.addEventListener("abort", () => this.failed());
    request.open("POST", this.form.action || window.location.href);
    request.setRequestHeader("HX-Request", "true");
    request.send(new FormData(this.form));
  }

  show(loaded, total) {
    const seconds = (performance.now() - this.started) / 1000;
    const bar = this.panel.querySelector("progress");
    const percent = total ? Math.floor((100 * loaded) / total) : 0;
    bar.max = 100;
    bar.value = percent;
    if (!total) return this.say("Sending…");
    const speed = seconds > 0.2 ? ` · ${size(loaded / seconds)} MB/s` : "";
    return this.say(`${percent} % · ${size(loaded)} of ${size(total)} MB${speed}`);
  }

  say(text) {
    this.panel.querySelector("[data-upload-name]").textContent = this.input.files[0]?.name ?? "";
    this.panel.querySelector("[data-upload-text]").textContent = text;
  }

  busy(is) {
    this.panel.hidden = !is;
    for (const button of this.form.querySelectorAll('[type="submit"]')) button.disabled = is;
  }

  answered(request) {
    const goal = request.getResponseHeader("HX-Redirect") || request.getResponseHeader("Location");
    if (goal) return window.location.assign(goal);
    if (request.status < 400) return window.location.assign(request.responseURL);
    if (request.status === 413) return this.failed("The file is larger than the server takes.");
    if (request.status !== 422) return this.failed(`The server answered ${request.status}. Try again.`);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const found = [...page.querySelectorAll(".field-error, [role=alert]:not(:empty)")];
    const texts = found.map((element) => element.textContent.trim()).filter(Boolean);
    return this.failed(...(texts.length ? texts : ["The server refused this file."]));
  }

  failed(...texts) {
    this.request = null;
    this.busy(false);
    this.input.value = ""; // the same file, corrected, can be chosen again
    this.showErrors(texts);
  }

  showErrors(texts) {
    this.form.querySelectorAll(".field-errors").forEach((element) => element.remove());
    this.input.classList.toggle("is-invalid", texts.length > 0);
    this.errors.replaceChildren(
      ...texts.map((text) => {
        const line = document.createElement("div");
        line.className = "field-error";
        line.textContent = text;
        return line;
      }),
    );
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new Upload(form);
