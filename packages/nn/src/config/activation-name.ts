import { didYouMean, LookonceError, show } from "@lookonce/errors";
import type { ActivationName } from "../functional/silu.ts";

/** How model files write the activations, which is how PyTorch builds them. */
const spellings: Record<string, ActivationName> = {
  "nn.SiLU()": "silu",
  "nn.ReLU()": "relu",
  "nn.ReLU6()": "relu6",
  "nn.LeakyReLU(0.1)": "leakyRelu",
  "nn.Hardswish()": "hardswish",
  "nn.Identity()": "identity",
};

/** The activation a model file names, e.g. `activation: nn.ReLU()`; SiLU when it names none. */
export function parseActivation(text: unknown, file: string): ActivationName {
  if (text === undefined || text === null || text === "None") return "silu";
  const written = String(text)
    .replace(/^torch\./, "")
    .replaceAll(" ", "")
    .replace(/inplace=(True|False)/, "");
  const name = spellings[written.replace(",)", ")")];
  if (name !== undefined) return name;
  const known = Object.keys(spellings);
  throw new LookonceError(
    "ARGUMENT",
    `${file}: activation is ${show(text)}: one of ${known.join(", ")} is expected.${didYouMean(written, known)}`,
  );
}
