import { useState } from "react";
import { post, sentence } from "../api/call.ts";
import type { Job, Model } from "../api/types.ts";
import { Notice } from "../controls/notice.tsx";
import { goTo, linkTo } from "../shell/route.ts";

/** Loads what a training learned, to try it at once. */
export function UseWeights({ job }: { job: Job }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const { run, result } = job;
  if (run === undefined || typeof result?.best !== "string") return null;
  const file = `${run}/${result.best}`;
  const load = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { id } = await post<Model>("/v1/models", { file, id: run });
      goTo(linkTo("models", id));
    } catch (reason) {
      setError(sentence(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" className="button primary" disabled={busy} onClick={load}>
        {busy ? "Loading …" : "Load the best weights"}
      </button>
      {error !== undefined && <Notice>{error}</Notice>}
    </>
  );
}
