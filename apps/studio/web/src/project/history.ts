/** Values that were, the one that is, and those that were undone. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** What the last change was: changes of the same key are one step. */
  readonly key: string | undefined;
}

/** Steps that are kept. Values share what did not change, so that a step costs little memory. */
const maxSteps = 500;

export function startHistory<T>(present: T): History<T> {
  return { past: [], present, future: [], key: undefined };
}

/**
 * Changes the value as a step that can be undone.
 *
 * @param key joins it to the step before when that had the same key, such as a box moved by ten presses of an arrow key
 */
export function change<T>(history: History<T>, present: T, key?: string): History<T> {
  if (present === history.present) return history;
  const joins = key !== undefined && key === history.key;
  const past = joins ? history.past : [...history.past, history.present].slice(-maxSteps);
  return { past, present, future: [], key };
}

/** The value before the last step; the same history where there is none. */
export function undo<T>({ past, present, future, ...rest }: History<T>): History<T> {
  const before = past.at(-1);
  if (past.length === 0) return { past, present, future, ...rest };
  return { past: past.slice(0, -1), present: before as T, future: [present, ...future], key: undefined };
}

/** The value that the last {@link undo} left; the same history where there is none. */
export function redo<T>({ past, present, future, ...rest }: History<T>): History<T> {
  if (future.length === 0) return { past, present, future, ...rest };
  return { past: [...past, present], present: future[0] as T, future: future.slice(1), key: undefined };
}
