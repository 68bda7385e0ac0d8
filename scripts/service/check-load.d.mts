interface Answer {
  at: number;
  ms: number;
  status: number;
  text: string;
}

export function checkLoad(run: {
  segments: readonly { kind: string; latencies: readonly number[] }[];
  foundAt: readonly number[];
  queue: number;
  seen: {
    memory: readonly { at: number; all: number }[];
    health: readonly Answer[];
    ready: readonly Answer[];
    longest: number;
  };
}): { faults: string[]; report: object };
