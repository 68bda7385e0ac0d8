import type { DetectionScores, ScoreRow } from "@lookonce/families";
import type { Losses } from "../train-step.ts";
import type { UnreadableImages } from "../unreadable-images.ts";

/** Result of a validation; of another task than detection, with that task's scores in place of {@link DetectionScores}. */
export interface ValidationResult extends DetectionScores {
  /** Name of the model's task. */
  task: string;
  /** The task's scores for people: of all classes, then of each that has labels. */
  table: readonly [all: ScoreRow, ...perClass: ScoreRow[]];
  /**
   * Milliseconds an image: waiting for images that threads read and making the network ready for their size; the
   * network; NMS and matching with labels.
   */
  speed: { preprocess: number; inference: number; postprocess: number };
  /** Images that could not be read and are missing from the scores. */
  unreadable?: UnreadableImages;
  /** Means over the batches; measured while a model is trained. */
  losses?: Losses;
}
