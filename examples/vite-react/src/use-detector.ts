import { YOLO } from "lookonce/browser";
import { useEffect, useState } from "react";

/** Loads a model once for all components; it runs in a worker. */
let loading: Promise<YOLO> | undefined;

/** The model when it is there, and what went wrong when it cannot be loaded. */
export function useDetector(address: string): { model?: YOLO; error?: string } {
  const [state, setState] = useState<{ model?: YOLO; error?: string }>({});
  useEffect(() => {
    loading ??= YOLO.load(new URL(address, location.href));
    loading.then(
      (model) => setState({ model }),
      (error: Error) => setState({ error: error.message }),
    );
  }, [address]);
  return state;
}
