const bins = 8192;

/** How often numbers occurred, by their size. It widens by itself when larger ones come. */
export class Histogram {
  /** The bins reach from −limit to limit. */
  #limit = 0;
  #counts = new Float64Array(bins);
  /** The smallest and the largest number so far; zero counts as one, since it must always be representable. */
  min = 0;
  max = 0;

  /** Counts numbers; those that are not finite are left out. */
  add(values: Float32Array): void {
    let [min, max] = [this.min, this.max];
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value < min && value !== Number.NEGATIVE_INFINITY) min = value;
      else if (value > max && value !== Number.POSITIVE_INFINITY) max = value;
    }
    [this.min, this.max] = [min, max];
    this.#reach(Math.max(max, -min));
    const counts = this.#counts;
    const perUnit = bins / (2 * this.#limit);
    for (let i = 0; i < values.length; i++) {
      const bin = ((values[i] as number) * perUnit + bins / 2) | 0;
      // Typed arrays leave out what lies outside; the largest number belongs to the last bin.
      counts[bin === bins ? bins - 1 : bin]!++;
    }
  }

  /** The bins that are not empty: middle of each, and how many numbers it counts. */
  entries(): { values: Float64Array; counts: Float64Array } {
    const used = Array.from(this.#counts.keys()).filter((bin) => this.#counts[bin] !== 0);
    const width = (2 * this.#limit) / bins;
    return {
      values: Float64Array.from(used, (bin) => Math.min(this.max, Math.max(this.min, (bin + 0.5 - bins / 2) * width))),
      counts: Float64Array.from(used, (bin) => this.#counts[bin] as number),
    };
  }

  /** Doubles the width of the bins until they reach as far as this. */
  #reach(size: number): void {
    if (this.#limit === 0) this.#limit = size === 0 ? 1 : size;
    while (this.#limit < size) {
      const wider = new Float64Array(bins);
      for (let bin = 0; bin < bins; bin++) wider[(bin >> 1) + bins / 4]! += this.#counts[bin] as number;
      this.#counts = wider;
      this.#limit *= 2;
    }
  }
}
