import { LookonceError } from "@lookonce/errors";
import type { ModelConfig, ParseModelConfigOptions } from "./config/model-config.ts";

/** A page comes without model files. */
export function shippedModels(): string[] {
  return [];
}

/** @throws LookonceError `UNSUPPORTED`: a page has the text of a model file, not its path */
export function readModelConfig(name: string, _options: Omit<ParseModelConfigOptions, "name"> = {}): ModelConfig {
  throw new LookonceError(
    "UNSUPPORTED",
    `A page cannot open the model file ${name}: fetch its text and pass that to parseModelConfig.`,
  );
}
