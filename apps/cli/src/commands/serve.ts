import { once } from "node:events";
import type { ServerSettings } from "@lookonce/server";
import { type CommandWork, work } from "../command.ts";

const mebibyte = 1024 * 1024;

/** `lookonce serve`: predictions, trainings and the web page over HTTP, until somebody stops it. */
export const serve: CommandWork = work("serve", {
  examples: [
    "lookonce serve model=yolov8n.pt port=8080",
    "LOOKONCE_KEY=… lookonce serve model=yolov8n.pt,cars.onnx models=weights data=datasets host=0.0.0.0",
  ],
  async run(values, terminal) {
    const { startService } = await import("@lookonce/server");
    const { model: models, data: dataRoots, runs: runsRoot, maxBody, maxPixels, json, verbose, ...rest } = values;
    const { env } = terminal;
    const {
      models: modelRoots,
      key = env.LOOKONCE_KEY,
      predictKey = env.LOOKONCE_PREDICT_KEY,
      maxImgsz,
      ...same
    } = rest;
    const settings = {
      ...same,
      ...{ models, modelRoots, dataRoots, runsRoot, key: key || undefined, predictKey: predictKey || undefined },
      // A queue in the environment is for those who name a storage: for others, the service itself is meant
      queue: same.queue ?? (same.storage === undefined ? undefined : env.LOOKONCE_QUEUE),
      maxImgsz: Math.max(maxImgsz, same.imgsz ?? 0),
      maxBody: Math.floor(maxBody * mebibyte),
      maxPixels: Math.floor(maxPixels * 1e6),
    };
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const stopped = terminal.catchInterrupt({ isEnd: true });
    const service = await terminal.during("loading", () =>
      startService(given as ServerSettings, { mayMakeKey: terminal.stderr.isTTY === true }),
    );
    const { url, newKey, models: ids } = service;
    const what = ids.length === 0 ? "no model yet" : ids.join(", ");
    terminal.say(`${terminal.colors.bold(url)} serves ${what}; Ctrl+C stops it`);
    if (newKey !== undefined) terminal.note(`API key, shown this once: ${newKey}`);
    // Without a signal, it serves until the system ends it
    if (!stopped?.aborted) await (stopped === undefined ? new Promise(() => {}) : once(stopped, "abort"));
    terminal.note("finishing what is under way; a second Ctrl+C ends it at once");
    await service.stop();
    return { url, models: ids };
  },
});
