/// <reference lib="webworker" />

// Written by precache.ts when the page is built.
declare const builtFiles: readonly string[];
/** Those that are stored when they are used. */
declare const laterFiles: readonly string[];
declare const buildVersion: string;

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

/** Files of one build; those of others are removed once the page runs on this one. */
const cacheName = `lookonce-studio ${buildVersion}`;

worker.addEventListener("install", (event) => {
  // Of an update, the files are used when the last tab of the build before is closed
  event.waitUntil(store());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(removeOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOwn = new URL(request.url).origin === location.origin;
  if (request.method === "GET" && isOwn) event.respondWith(answer(request));
});

async function store(): Promise<void> {
  const cache = await caches.open(cacheName);
  // Past the browser's own cache, where files of another build may be
  await cache.addAll(builtFiles.map((path) => new Request(path === "index.html" ? "./" : path, { cache: "reload" })));
}

async function removeOthers(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith("lookonce-studio ") && name !== cacheName) await caches.delete(name);
  }
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const stored = await cache.match(request, { ignoreSearch: true });
  if (stored !== undefined) return isolated(stored);
  const response = await fetch(request);
  if (response.ok && laterFiles.some((path) => request.url.endsWith(`/${path}`))) {
    // vocabulary-allow: put, a method of the platform
    await cache.put(request, response.clone()).catch(() => {});
  }
  return isolated(response);
}

/** The response with the headers that let a page use threads: a static file server need not send them. */
function isolated(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-embedder-policy", "require-corp");
  headers.set("cross-origin-resource-policy", "same-origin");
  const { status, statusText } = response;
  return new Response([204, 304].includes(status) ? null : response.body, { status, statusText, headers });
}
