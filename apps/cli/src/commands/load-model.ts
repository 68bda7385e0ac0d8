import type { LoadOptions, YOLO } from "lookonce";
import type { Terminal } from "../terminal/terminal.ts";

/** Loads a model where the command line says; what it has to tell goes to the terminal. */
export async function loadModel(
  values: { model: string; device?: LoadOptions["device"]; threads?: number | undefined; seed?: number },
  terminal: Terminal,
): Promise<YOLO> {
  const { YOLO } = await import("lookonce");
  const { model, device, threads, seed } = values;
  return YOLO.load(model, {
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
    ...(seed === undefined ? {} : { seed }),
    log: (line) => terminal.note(line),
  });
}
