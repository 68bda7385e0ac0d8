import { useSyncExternalStore } from "react";

/** The page's views. */
export const views = ["detect", "track", "train", "runs", "models", "queue", "api"] as const;
export type View = (typeof views)[number];

export const titles: Record<View, string> = {
  ...{ detect: "Detect", track: "Track", train: "Train", runs: "Runs", models: "Models", queue: "Queue" },
  api: "API",
};

/** Where the page is: `#/train/JOB` is the view `train` and the rest `["JOB"]`. */
export interface Route {
  view: View;
  rest: string[];
}

/** The address of a view, or of something in it. */
export function linkTo(view: View, ...rest: string[]): string {
  return `#/${[view, ...rest.map(encodeURIComponent)].join("/")}`;
}

/** Goes there; `replace` leaves no trace in the history. */
export function goTo(link: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, "", link);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = link;
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(onHashChange, () => location.hash));
}

/** Reads an address; what is unknown is the first view. */
export function routeOf(hash: string): Route {
  const [name, ...rest] = hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decode);
  return { view: views.find((view) => view === name) ?? "detect", rest };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function onHashChange(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
