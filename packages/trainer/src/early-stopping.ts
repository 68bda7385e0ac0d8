/** The fittest epoch so far. */
export interface BestEpoch {
  /** From 0. */
  epoch: number;
  fitness: number;
}

/** Decides when a training no longer improves. */
export class EarlyStopping {
  readonly #patience: number;
  /** The fittest epoch, if one was validated. */
  best: BestEpoch | undefined;

  /**
   * @param patience epochs without a fitter one after which training stops; 0 never does
   * @param best of a training that is resumed
   */
  constructor(patience: number, best?: BestEpoch) {
    this.#patience = patience;
    this.best = best;
  }

  /** Records the fitness of an epoch. @returns whether no epoch before was as fit */
  update(epoch: number, fitness: number): boolean {
    if ((this.best?.fitness ?? -1) >= fitness) return false;
    this.best = { epoch, fitness };
    return true;
  }

  /** Whether to stop. @param epoch the last one that was finished */
  shouldStop(epoch: number): boolean {
    return this.#patience > 0 && this.best !== undefined && epoch - this.best.epoch >= this.#patience;
  }
}
