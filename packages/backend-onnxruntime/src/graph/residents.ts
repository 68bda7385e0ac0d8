import type { Tensor } from "onnxruntime-node";
import type { Value } from "./value.ts";

/**
 * Contents that one compiled graph left in the device's memory. They are the graph's: once it is released, touching them ends
 * the process (onnxruntime-node 1.30), so they go before it does.
 */
export class Residents {
  readonly #kept = new Map<Tensor, WeakRef<Value>>();

  /** Leaves a value's contents on the device, until they are freed or nothing holds the value any more. */
  keep(value: Value, tensor: Tensor): void {
    const free = (): void => {
      this.#kept.delete(tensor);
      // Freeing twice does nothing.
      tensor.dispose();
    };
    this.#kept.set(tensor, new WeakRef(value));
    value.resident = { tensor, free };
    forgotten.register(value, free);
  }

  /** Values whose contents are here and somebody may still read. */
  get living(): Value[] {
    const values = [...this.#kept].map(([tensor, reference]) => ({ tensor, value: reference.deref() }));
    return values.flatMap(({ tensor, value }) => (value?.resident?.tensor === tensor ? [value] : []));
  }

  /** Frees all of it. Values that are to live on have their contents on the host by now. */
  clear(): void {
    for (const value of this.living) value.resident = undefined;
    for (const tensor of this.#kept.keys()) tensor.dispose();
    this.#kept.clear();
  }
}

/** Frees contents that nobody freed before, once nothing holds their value any more. */
const forgotten = new FinalizationRegistry((free: () => void) => free());
