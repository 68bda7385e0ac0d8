import { readdirSync, readFileSync } from "node:fs";

/** Model files of this package; the folder lies beside both `src` and `dist`. */
const folder = new URL("../models/", import.meta.url);

/** Names of the model files that come with this package, e.g. `yolov8.yaml`. */
export function shippedModels(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".yaml"));
}

/** Reads one of {@link shippedModels}. */
export function readShipped(name: string): string {
  return readFileSync(new URL(name, folder), "utf8");
}
