/** What the page can say about working without a network. */
export type OfflineState = "unknown" | "ready" | "impossible";

/**
 * Keeps the page in the browser, so that it works without a network from the second load on.
 *
 * @returns `impossible` where the browser has no service workers for this page
 */
export async function keepOffline(): Promise<OfflineState> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return "impossible";
  try {
    await navigator.serviceWorker.register("./service-worker.js");
    await navigator.serviceWorker.ready;
    return "ready";
  } catch {
    return "impossible";
  }
}
