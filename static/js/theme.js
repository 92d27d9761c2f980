// Light, dark or as the system says. Loaded before the style sheets, as a blocking
// script, so that a page is never painted in the wrong colours first.
(() => {
  const KEY = "tuneboard-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function choice() {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto"; // storage may be forbidden
    }
  }

  function apply() {
    const chosen = choice();
    const theme = chosen === "auto" ? (system.matches ? "dark" : "light") : chosen;
    const root = document.documentElement;
    const before = root.getAttribute("data-bs-theme");
    root.setAttribute("data-bs-theme", theme);
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
    }
    if (before && before !== theme) {
      document.dispatchEvent(new CustomEvent("tuneboard:theme", { detail: { theme } }));
    }
  }

  function choose(chosen) {
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      document.documentElement.setAttribute("data-bs-theme", chosen);
    }
    apply();
  }

  document.documentElement.classList.add("has-script");
  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", (event) => event.key === KEY && apply());
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) {
      choose(button.dataset.themeChoice);
      button.closest("details")?.removeAttribute("open");
    }
  });
})();
