import { post } from "../api/call.ts";
import type { Job, Model } from "../api/types.ts";
import { useAction } from "../api/use-action.ts";
import { Button } from "../controls/button.tsx";
import { Notice } from "../controls/notice.tsx";
import { goTo, linkTo } from "../shell/route.ts";

/** Loads what a training learned, to try it at once. */
export function UseWeights({ job: { run, result } }: { job: Job }) {
  const { busy, error, run: act } = useAction();
  if (run === undefined || typeof result?.best !== "string") return null;
  const file = `${run}/${result.best}`;
  const load = async () => {
    const { id } = await post<Model>("/v1/models", { file, id: run });
    goTo(linkTo("models", id));
  };
  return (
    <>
      <Button className="button primary" disabled={busy !== undefined} onClick={() => act("load", load)}>
        {busy === undefined ? "Load the best weights" : "Loading …"}
      </Button>
      <Notice>{error}</Notice>
    </>
  );
}
