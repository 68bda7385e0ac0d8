import { useCallback, useEffect, useState } from "react";
import { call, sentence } from "./call.ts";

export interface Resource<T> {
  data: T | undefined;
  error: string | undefined;
  reload: () => void;
}

/** Reads a resource when it is first shown, when its address changes and when asked; `undefined` reads nothing. */
export function useResource<T>(path: string | undefined): Resource<T> {
  const [answer, setAnswer] = useState<{ path: string; data?: T; error?: string }>();
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is what reload asks for
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    call<T>(path, { signal: abort.signal }).then(
      (data) => setAnswer({ path, data }),
      (error) => {
        if (abort.signal.aborted) return;
        setAnswer((last) => ({ path, data: last?.path === path ? last.data : undefined, error: sentence(error) }));
      },
    );
    return () => abort.abort();
  }, [path, turn]);
  const current = answer?.path === path ? answer : undefined;
  return { data: current?.data, error: current?.error, reload: useCallback(() => setTurn((n) => n + 1), []) };
}
