import { join } from "node:path";
import type { FetchOptions, LoadOptions, YOLO } from "@lookonce/yolo";
import { bar } from "../terminal/bar.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What the command line says of a model. */
type ModelValues = Pick<LoadOptions, "device" | "threads" | "seed"> & { model: string; task?: string | undefined };

/** Loads a model as the command line says; its notes, and the progress of a download, go to the terminal. */
export async function loadModel(
  { model, task, device, threads, seed }: ModelValues,
  terminal: Terminal,
): Promise<YOLO> {
  return terminal.during(`loading ${model}`, async () => {
    const { YOLO } = await import("@lookonce/yolo");
    const loaded = await YOLO.load(model, { device, threads, seed, ...fetching(terminal) });
    const own = task === undefined ? task : await loaded.task();
    if (own !== task) terminal.warn(`${model} is a model for ${own}, not for ${task}: it is used for ${own}`);
    return loaded;
  });
}

/** How models are fetched, and where notes go. */
export function fetching(terminal: Terminal): { fetch: FetchOptions; log: (line: string) => void } {
  const { interrupt } = terminal;
  const fetch = {
    ...fetchSettings(terminal.env),
    ...(interrupt === undefined ? {} : { signal: interrupt }),
    onProgress: ({ done, total }: { done: number; total: number | undefined }) =>
      terminal.progress(
        total === undefined ? `${megabytes(done)} MB` : `${bar(done, total)} ${megabytes(done)}/${megabytes(total)} MB`,
      ),
  };
  return { fetch, log: (line) => terminal.note(line) };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/**
 * What the environment says of fetching: `LOOKONCE_CACHE` is the cache folder, `LOOKONCE_OFFLINE` forbids the network,
 * `LOOKONCE_MIRROR` is an address in place of the publisher's; proxies have their usual names.
 */
export function fetchSettings(env: Terminal["env"]): Pick<FetchOptions, "directory" | "offline" | "mirror" | "proxy"> {
  const { LOOKONCE_CACHE: cache, LOOKONCE_MIRROR: mirror, LOOKONCE_OFFLINE: offline } = env;
  return {
    ...(cache ? { directory: join(cache, "weights") } : {}),
    ...(mirror ? { mirror } : {}),
    ...(offline && !/^(0|false|no|off)$/i.test(offline) ? { offline: true } : {}),
    proxy: {
      http: env.http_proxy ?? env.HTTP_PROXY,
      https: env.https_proxy ?? env.HTTPS_PROXY,
      no: env.no_proxy ?? env.NO_PROXY,
    },
  };
}
