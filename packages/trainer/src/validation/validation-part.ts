import { decodeSafetensors, encodeSafetensors, type TensorData } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import type { MetricsState } from "@lookonce/metrics";
import type { Losses } from "../train-step.ts";
import type { ValidationResult } from "./validation-result.ts";

/** What some batches of a validation contribute to it. */
export interface ValidationPart {
  /** Of the task's metrics. */
  state: MetricsState;
  /** Milliseconds of each stage, of all its images. */
  spent: ValidationResult["speed"];
  /** Of each batch, where they were measured. */
  losses: readonly Losses[];
  /** Images that could not be read, with the reason. */
  unreadable: readonly (readonly [path: string, reason: string])[];
}

/** Encodes a part as bytes, to be sent to another process. */
export function encodeValidationPart({ state, ...rest }: ValidationPart): Uint8Array {
  const tensors = new Map(Object.entries(state).map(([name, data]) => [name, { shape: [data.length], data }]));
  return encodeSafetensors(tensors, { part: JSON.stringify(rest) });
}

/** Decodes a part. @param name what it is called in an error @throws LookonceError `FORMAT` for other bytes */
export function decodeValidationPart(bytes: Uint8Array, name = "part of a validation"): ValidationPart {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const state = Object.fromEntries([...tensors].map(([key, { data }]) => [key, numbersOf(data, name)]));
  return { ...(JSON.parse(metadata.part ?? "{}") as Omit<ValidationPart, "state">), state };
}

function numbersOf(data: TensorData, name: string): MetricsState[string] {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  if (data instanceof Int32Array || data instanceof Uint8Array) return data;
  throw new LookonceError("FORMAT", `${name} has numbers of a kind that no part of a validation has.`);
}
