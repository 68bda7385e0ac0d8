import * as tf from "@tensorflow/tfjs-core";
import type { OnnxRuntimeBackend } from "./backend.ts";
import type { Value } from "./graph/value.ts";

/**
 * Runs a function whose kernel calls are recorded for later. Afterwards, also when it throws, every variable has its
 * contents from before; when it throws, nothing that it recorded is computed.
 *
 * @param record its argument returns whether a pending value was recorded by the function
 */
export function recordOnly<T>(backend: OnnxRuntimeBackend, record: (isNew: (value: Value) => boolean) => T): T {
  const before = new Set(backend.pending);
  const isNew = (value: Value): boolean => !before.has(value);
  // Variables may also be assigned that the caller does not know of. A clone shares the contents.
  const saved = Object.values(tf.engine().registeredVariables)
    .filter(({ dataId }) => backend.isAlive(dataId))
    .map((variable) => ({ variable, contents: tf.clone(variable) }));
  try {
    return record(isNew);
  } catch (error) {
    dropTape();
    // What is still alive may depend on placeholders.
    for (const value of [...backend.pending].filter(isNew)) backend.forget(value);
    throw error;
  } finally {
    for (const { variable, contents } of saved) {
      if (!variable.isDisposed && variable.dataId !== contents.dataId) variable.assign(contents);
      contents.dispose();
    }
  }
}

/** Runs a function and disposes of the tensors that it makes. */
export function inScope<T>(run: () => T): T {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}

/** A tensor of a value. */
export function tensorOf(backend: OnnxRuntimeBackend, value: Value): tf.Tensor {
  return tf.engine().makeTensorFromDataId(backend.register(value), [...value.shape], value.dtype, backend);
}

/** Frees what a gradient saved that threw: tfjs-core does so only at its regular end. */
function dropTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}
