import { fileURLToPath } from "node:url";
import { sampleWeights } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { basename, join } from "@lookonce/files";
import type { FetchWeightsOptions } from "@lookonce/hub";
import { nearby } from "./nearby-models.ts";
import type { LogOptions } from "./open-dataset.ts";

/** How published weights that are not here are fetched. */
export interface FetchOptions extends Omit<FetchWeightsOptions, "directory" | "onNotice"> {
  /** Folder where they stay. Default: `weights` in the platform's cache folder for lookonce. */
  directory?: string;
}

/**
 * The file of weights that do not lie where they were named: the sample comes along, published ones are in the cache folder, or
 * come into it.
 */
export async function findWeightsFile(
  name: string,
  { fetch = {}, log }: LogOptions & { fetch?: FetchOptions | undefined },
): Promise<{ name: string; file: string }> {
  if (name === sampleWeights) return { name, file: fileURLToPath(new URL(`../samples/${name}`, import.meta.url)) };
  const { fetchWeights, findWeights, publishedWeights } = await import("@lookonce/hub");
  const published = findWeights(basename(name));
  if (published === undefined) {
    const hint = nearby(
      name,
      publishedWeights.map((each) => each.name),
    );
    throw new LookonceError("NOT_FOUND", `there is no model ${name}.${hint}`);
  }
  if (basename(name) !== name) {
    throw new LookonceError(
      "NOT_FOUND",
      `there is no model ${name}.${nearby(name)} Without a folder, as ${published.name}, it is fetched from its publisher.`,
    );
  }
  const directory = fetch.directory ?? (await defaultFolder());
  const { file } = await fetchWeights(name, { ...fetch, directory, ...(log === undefined ? {} : { onNotice: log }) });
  return { name: published.name, file };
}

/** Whether weights of this name are published. */
export async function isPublished(name: string): Promise<boolean> {
  const { findWeights } = await import("@lookonce/hub");
  return findWeights(name) !== undefined;
}

/** Where fetched weights stay unless the caller says otherwise. */
export async function defaultFolder(): Promise<string> {
  const { cacheFolder } = await import("@lookonce/files");
  return join(cacheFolder(), "weights");
}
