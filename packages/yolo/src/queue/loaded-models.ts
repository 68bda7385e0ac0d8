import type { PlaceOptions } from "../place.ts";
import { YOLO } from "../yolo.ts";

/** Models that a worker's process keeps between jobs. */
const kept = 2;

/** The models that a process of a worker has loaded, those used last: most jobs of a run have the same. */
export class LoadedModels {
  readonly #place: PlaceOptions;
  readonly #models = new Map<string, Promise<YOLO>>();

  constructor(place: PlaceOptions) {
    this.#place = place;
  }

  async get(file: string, log: (line: string) => void): Promise<YOLO> {
    const found = this.#models.get(file);
    const model = found ?? YOLO.load(file, { ...this.#place, log });
    this.#models.delete(file);
    this.#models.set(file, model);
    model.catch(() => this.#models.delete(file));
    for (const [name, old] of [...this.#models].slice(0, -kept)) {
      this.#models.delete(name);
      await (await old).dispose();
    }
    return model;
  }
}
