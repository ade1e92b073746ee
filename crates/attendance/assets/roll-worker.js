// Keeps the pages of the roll and the files they load, so that they open without a network. Scope: /desk/sessions/.
"use strict";
const KEPT = "xq-roll";
const DAY = 24 * 60 * 60 * 1000;
const isRoll = (url) => /^\/desk\/sessions\/[0-9a-z]+\/roll$/.test(url.pathname);

// Names stay on a device for a day at most.
const forgetOld = async (cache) => {
  for (const request of await cache.keys()) {
    const answer = await cache.match(request);
    const at = Date.parse(answer?.headers.get("date") ?? "");
    if (isRoll(new URL(request.url)) && !(Date.now() - at < DAY)) await cache.delete(request);
  }
};

const keep = async (request, answer) => {
  const cache = await caches.open(KEPT);
  await forgetOld(cache);
  await cache.put(request, answer);
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const paths = event.data?.keep ?? [];
  event.waitUntil(Promise.all(paths.map(async (path) => {
    const answer = await fetch(path);
    if (answer.ok && !answer.redirected) await keep(path, answer);
  })).catch(() => undefined));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const asset = url.pathname.startsWith("/assets/");
  if (!asset && !isRoll(url)) return;
  event.respondWith((async () => {
    const key = url.pathname;
    if (asset) {
      // The address of an asset changes with its content, so a kept one is right.
      const kept = await caches.match(key, { cacheName: KEPT });
      if (kept) return kept;
    }
    try {
      const answer = await fetch(event.request);
      if (answer.ok && !answer.redirected) event.waitUntil(keep(key, answer.clone()));
      return answer;
    } catch (error) {
      const kept = await caches.match(key, { cacheName: KEPT });
      if (kept) return kept;
      throw error;
    }
  })());
});
