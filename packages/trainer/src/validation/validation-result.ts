import type { ClassCurves, ConfusionMatrix, DetectionResult } from "@lookonce/metrics";
import type { Losses } from "../train-step.ts";

/** Scores of one class that has labels. */
export interface ClassScores {
  class: number;
  name: string;
  /** Images with a label of this class. */
  images: number;
  /** Labels of this class. */
  instances: number;
  precision: number;
  recall: number;
  f1: number;
  map50: number;
  map75: number;
  map50_95: number;
}

/** What a validation finds out. */
export interface ValidationResult
  extends Pick<
    DetectionResult,
    "images" | "instances" | "precision" | "recall" | "f1" | "map50" | "map75" | "map50_95" | "fitness" | "confidence"
  > {
  perClass: ClassScores[];
  /** Precision, recall and F1 over confidence and over each other, of each class that has labels. */
  curves: { name: string; ap50: number; curves: ClassCurves }[];
  confusion: ConfusionMatrix;
  /**
   * Milliseconds an image: waiting for images that threads read and making the network ready for their size; the
   * network; choosing boxes and matching them with labels.
   */
  speed: { preprocess: number; inference: number; postprocess: number };
  /** Means over the batches; measured while a model is trained. */
  losses?: Losses;
}
