import { modelTexts } from "./generated/model-texts.ts";

/** Names of the model files that come with this package; pages have them as texts. */
export function shippedModels(): string[] {
  return Object.keys(modelTexts);
}

/** Reads one of {@link shippedModels}. */
export function readShipped(name: string): string {
  return modelTexts[name] as string;
}
