import type { RuntimeTensor } from "../engine/engine.ts";
import type { Value } from "./value.ts";

/**
 * What one compiled graph left in the device's memory. It goes before the graph is released: touching it later ends the
 * process (onnxruntime-node 1.30).
 */
export class Residents {
  readonly #kept = new Map<RuntimeTensor, WeakRef<Value>>();

  /** Keeps a value's contents on the device, until they are freed or nothing refers to the value any more. */
  keep(value: Value, tensor: RuntimeTensor): void {
    const free = (): void => {
      this.#kept.delete(tensor);
      // Freeing twice does nothing.
      tensor.dispose();
    };
    this.#kept.set(tensor, new WeakRef(value));
    value.resident = { tensor, free };
    forgotten.register(value, free);
  }

  /** Values whose contents are here and may still be read. */
  get living(): Value[] {
    const values = [...this.#kept].map(([tensor, reference]) => ({ tensor, value: reference.deref() }));
    return values.flatMap(({ tensor, value }) => (value?.resident?.tensor === tensor ? [value] : []));
  }

  /** Frees all of it. Values that are still needed have their contents on the host by now. */
  clear(): void {
    for (const value of this.living) value.resident = undefined;
    for (const tensor of this.#kept.keys()) tensor.dispose();
    this.#kept.clear();
  }
}

/** Frees contents that were not freed before, once nothing refers to their value any more. */
const forgotten = new FinalizationRegistry((free: () => void) => free());
