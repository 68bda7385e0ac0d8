/** Sizes of a quickstart; the model and its recipe are `shapesModel` and `shapesRecipe`. */
export interface QuickstartSettings {
  /** Images drawn to learn from and to validate on. */
  train: number;
  val: number;
  epochs: number;
  /** Seed of images, weights and order. */
  seed: number;
}
