// The roll call without a network: each touch is a mark that stays on this device until the server has answered for it.
// The markup is the form data-roll; every sentence to show stands there.
"use strict";
(() => {
  const form = document.querySelector("form[data-roll]");
  if (!form || !window.crypto?.getRandomValues) return;
  const KEPT = "xq-roll";
  const say = form.querySelector("[data-roll-say]");
  const tell = (text) => { if (say) say.textContent = text; };

  // Marks of all sessions in one list: {path, mark}. A browser that keeps nothing still works as a plain form.
  const read = () => {
    try { return JSON.parse(localStorage.getItem(KEPT) ?? "[]"); } catch { return []; }
  };
  const write = (list) => localStorage.setItem(KEPT, JSON.stringify(list));
  try { write(read()); } catch { return; }

  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const keep = (input) => {
    const mark = { person: input.name.slice(2), status: input.value, marked_at: new Date().toISOString(), device_key: newKey() };
    write([...read(), { path: form.dataset.roll, mark }]);
  };
  const sayLeft = () => {
    const left = read().length;
    if (left > 0) tell((form.dataset.sayLeft ?? "").replace("{n}", left));
  };

  const send = async (path) => {
    const marks = read().filter((kept) => kept.path === path).map((kept) => kept.mark);
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": form.dataset.csrf },
      body: JSON.stringify(marks),
    });
    if (answer.status === 401 || answer.redirected) throw new Error(form.dataset.saySignIn);
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail ?? form.dataset.sayRefused);
    // Only what the server has answered for is forgotten; a touch made meanwhile stays.
    const answered = new Set(body.items.map((item) => item.device_key));
    write(read().filter((kept) => !answered.has(kept.mark.device_key)));
    return body.items.filter((item) => item.result === "refused").map((item) => item.detail);
  };

  let sending = false;
  let again = false;
  const flush = async () => {
    // A touch while others are on their way goes right after them.
    again = sending;
    if (sending || read().length === 0) return;
    sending = true;
    sayLeft();
    try {
      const refused = [];
      for (const path of new Set(read().map((kept) => kept.path))) refused.push(...await send(path));
      if (refused.length > 0) tell(form.dataset.sayRefused + [...new Set(refused)].join(" "));
      else if (read().length === 0) tell(form.dataset.saySent ?? "");
    } catch (error) {
      // No network is a TypeError: wait. Anything else has a sentence; the marks stay either way.
      sayLeft();
      if (!(error instanceof TypeError) && error.message) tell(`${error.message} ${say?.textContent ?? ""}`);
    }
    sending = false;
    if (again) flush();
  };

  form.addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    keep(event.target);
    flush();
  });
  // With the script the button only sends what is kept; the marks themselves were made by the touches.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name === "rest") {
      for (const group of form.querySelectorAll("fieldset")) {
        const first = group.querySelector("input[value='present']");
        if (first && !group.querySelector("input:checked")) {
          first.checked = true;
          keep(first);
        }
      }
    }
    if (read().length === 0) tell(form.dataset.saySent ?? "");
    flush();
  });
  window.addEventListener("online", flush);
  setInterval(flush, 15000);
  window.addEventListener("beforeunload", (event) => { if (read().length > 0) event.preventDefault(); });

  // What was touched but not sent shows as touched when the page opens again.
  for (const { path, mark } of read()) {
    if (path !== form.dataset.roll) continue;
    const box = form.querySelector(`input[name="m-${CSS.escape(mark.person)}"][value="${CSS.escape(mark.status)}"]`);
    if (box) box.checked = true;
  }
  flush();

  // Somebody else's telephone: signing out forgets the names and what is left.
  document.querySelector("form[action='/sign-out']")?.addEventListener("submit", (event) => {
    if (read().length > 0 && !window.confirm(form.dataset.saySignOut)) {
      event.preventDefault();
      return;
    }
    localStorage.removeItem(KEPT);
    window.caches?.delete("xq-roll");
  });

  if ("serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register(form.dataset.worker, { scope: "/desk/sessions/" }).then(async () => {
      // The worker did not see this first visit: ask it to keep the page and its files.
      const ready = await navigator.serviceWorker.ready;
      const files = [...document.querySelectorAll("link[rel='stylesheet'], script[src], img[src]")].map((tag) => tag.href || tag.src);
      ready.active?.postMessage({ keep: [location.pathname, ...files] });
    }).catch(() => undefined);
  }
})();
