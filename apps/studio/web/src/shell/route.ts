import { useSyncExternalStore } from "react";

/** The page's views. */
export const views = ["images", "label", "check", "train", "try", "download"] as const;
export type View = (typeof views)[number];

export const titles: Record<View, string> = {
  images: "Images",
  label: "Label",
  check: "Check",
  train: "Train",
  try: "Try",
  download: "Download",
};

/** Where the page is: `#/label/NAME` is the view `label` with an image. */
export interface Route {
  view: View;
  image: string | undefined;
}

/** The address of a view, or of an image in it. */
export function linkTo(view: View, image?: string): string {
  return `#/${view}${image === undefined ? "" : `/${encodeURIComponent(image)}`}`;
}

/** Goes to an image without a new entry in the browser's history: a hundred labeled images are one place to go back from. */
export function replaceRoute(link: string): void {
  history.replaceState(null, "", link);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(onHashChange, () => location.hash));
}

/** Reads an address; what is unknown is the first view. */
export function routeOf(hash: string): Route {
  const [name, image] = hash.replace(/^#\/?/, "").split("/");
  return { view: views.find((view) => view === name) ?? "images", image: image ? decode(image) : undefined };
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
