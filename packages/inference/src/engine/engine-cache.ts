import type { OnnxEngine } from "./onnx-engine.ts";

/** Compiled engines by key; the one unused for longest goes first. */
export class EngineCache {
  readonly #capacity: number;
  readonly #engines = new Map<string, Promise<OnnxEngine>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The engine of this key, made when it is not there; two that ask at once get the same. */
  async get(key: string, make: () => Promise<OnnxEngine>): Promise<OnnxEngine> {
    const known = this.#engines.get(key);
    const engine = known ?? make();
    // A map keeps the order of insertion: the last used is the last.
    this.#engines.delete(key);
    this.#engines.set(key, engine);
    // A failure is not kept: the next call tries again.
    if (known === undefined) engine.catch(() => this.#engines.delete(key));
    const [oldest] = this.#engines.keys();
    if (this.#engines.size > this.#capacity && oldest !== undefined) await this.#drop(oldest);
    return engine;
  }

  /** Frees all engines. */
  async clear(): Promise<void> {
    await Promise.all([...this.#engines.keys()].map((key) => this.#drop(key)));
  }

  async #drop(key: string): Promise<void> {
    const engine = this.#engines.get(key);
    this.#engines.delete(key);
    const made = await engine?.catch(() => undefined);
    await made?.dispose();
  }
}
