// Small comforts; every page works without them.
"use strict";
(() => {
  const page = document;

  // After a mistake, reading starts at the summary, and its links go into the box itself.
  const summary = page.querySelector("[data-focus]");
  if (summary) {
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const box = link && page.getElementById(link.hash.slice(1));
      if (!box) return;
      event.preventDefault();
      box.scrollIntoView({ block: "center" });
      box.focus({ preventScroll: true });
    });
  }

  // A second click while the first is on its way sends nothing; htmx guards its own forms. The button stays enabled so that its own value is sent.
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || (form.getAttribute("method") ?? "").toLowerCase() !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
  const reopen = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  };
  // The back button shows the page as it was left: open its forms again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) page.querySelectorAll("form[data-sent]").forEach(reopen);
  });

  // A long form that was changed asks before it is left.
  const drafts = page.querySelectorAll("form[data-draft]");
  for (const form of drafts) form.addEventListener("input", () => { form.dataset.changed = "yes"; });
  if (drafts.length > 0) {
    window.addEventListener("beforeunload", (event) => {
      if (page.querySelector("form[data-changed]:not([data-sent])")) event.preventDefault();
    });
  }

  for (const button of page.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
