import { useEffect, useRef, useState } from "react";
import { call, sentence } from "../api/call.ts";
import type { Run } from "../api/types.ts";

/** Reads runs, each once. */
export function useRuns(names: readonly string[]): { loaded: ReadonlyMap<string, Run>; error: string | undefined } {
  const [loaded, setLoaded] = useState<ReadonlyMap<string, Run>>(new Map());
  const [error, setError] = useState<string>();
  const asked = useRef(new Set<string>());
  useEffect(() => {
    for (const name of names) {
      if (asked.current.has(name)) continue;
      asked.current.add(name);
      call<Run>(`/v1/runs/${encodeURIComponent(name)}`).then(
        (run) => setLoaded((now) => new Map(now).set(name, run)),
        (reason) => {
          asked.current.delete(name);
          setError(sentence(reason));
        },
      );
    }
  }, [names]);
  return { loaded, error };
}
