import * as tf from "@tensorflow/tfjs-core";
import type { Assigner, Assignment } from "./assigners/assigner.ts";
import { TaskAlignedAssigner, type TaskAlignedOptions } from "./assigners/task-aligned-assigner.ts";

/** Assigns as {@link TaskAlignedAssigner} and keeps the last assignment for tests. */
export class WatchedAssigner implements Assigner {
  seen: Assignment | undefined;
  readonly #inner: TaskAlignedAssigner;

  constructor(options: TaskAlignedOptions = {}) {
    this.#inner = new TaskAlignedAssigner(options);
  }

  maxForeground = (objects: number): number => this.#inner.maxForeground(objects);

  assign(...input: Parameters<Assigner["assign"]>): Assignment {
    const assignment = this.#inner.assign(...input);
    for (const tensor of Object.values(assignment)) tf.keep(tensor);
    this.seen = assignment;
    return assignment;
  }
}
