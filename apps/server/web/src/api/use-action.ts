import { useState } from "react";
import { sentence } from "./call.ts";

/** Runs tasks at a person's wish: which one is under way, by its name, and the sentence of the last failure. */
export function useAction() {
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<string>();
  const run = async (name: string, task: () => Promise<unknown>) => {
    setBusy(name);
    setError(undefined);
    try {
      await task();
    } catch (reason) {
      setError(sentence(reason));
    } finally {
      setBusy(undefined);
    }
  };
  return { busy, error, run };
}
