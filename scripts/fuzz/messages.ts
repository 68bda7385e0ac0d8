/** What a worker is to do. */
export interface Job {
  target: string;
  /** Folder of its own. */
  folder: string;
  seed: string;
  /** Number of the first input. */
  from: number;
  /** When it ends, in milliseconds since 1970. */
  until: number;
  /** Number of the last input, plus one. */
  to: number;
  /** A file to read alone, in place of inputs that are made. */
  only?: string;
}

/** What a worker reports. */
export type Message =
  | { kind: "ready"; file: string }
  | { kind: "progress"; tried: number; next: number; slowestMs: number; maxMb: number }
  | { kind: "finding"; signature: string; input: Uint8Array };

/** Inputs between two reports of progress. */
export const reportEvery = 100;

/** Time and memory that one input may use. */
export const limits = { seconds: 10, megabytes: 1024 } as const;

/** Exit status of a worker that has used too much memory. */
export const memoryStatus = 77;
