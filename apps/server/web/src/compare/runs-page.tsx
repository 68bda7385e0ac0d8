import { useEffect, useRef, useState } from "react";
import { call, sentence } from "../api/call.ts";
import type { Run, RunSummary } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { maxLines } from "../chart/result-charts.ts";
import { Empty } from "../controls/empty.tsx";
import { Notice } from "../controls/notice.tsx";
import { goTo, linkTo } from "../shell/route.ts";
import { Comparison } from "./comparison.tsx";
import { RunTable } from "./run-table.tsx";

/** Browse runs, compare some. `chosen` is their names with commas between them, so that a comparison has an address. */
export function RunsPage({ chosen }: { chosen: string | undefined }) {
  const runs = useResource<{ runs: RunSummary[] }>("/v1/runs");
  const list = runs.data?.runs;
  const names = chosen === undefined ? [] : chosen.split(",");
  const [full, setFull] = useState(false);
  const newest = list?.[0]?.name;
  useEffect(() => {
    if (chosen === undefined && newest !== undefined) goTo(linkTo("runs", newest), { replace: true });
  }, [chosen, newest]);
  const choose = (next: readonly string[]) => {
    setFull(next.length > maxLines);
    if (next.length <= maxLines)
      goTo(next.length === 0 ? linkTo("runs", ",") : linkTo("runs", next.join(",")), { replace: true });
  };
  const wanted = names.filter(Boolean);
  const { loaded, error } = useRuns(wanted);
  return (
    <div className="runs">
      <h1 className="visually-hidden">Runs</h1>
      <Notice onRetry={runs.reload}>{runs.error}</Notice>
      {list?.length === 0 && (
        <Empty title="No runs yet">
          <p>
            Trainings leave their curves, images and weights in the folder of runs.{" "}
            <a href={linkTo("train")}>Start one.</a>
          </p>
        </Empty>
      )}
      {list !== undefined && list.length > 0 && (
        <>
          <RunTable runs={list} chosen={wanted} onChoose={choose} />
          {full && (
            <Notice>{`More than ${maxLines} curves in a chart cannot be distinguished. Remove one first.`}</Notice>
          )}
          <Notice>{error}</Notice>
          {wanted.length === 0 ? (
            <p className="muted">Choose a run to see its curves, several to compare them.</p>
          ) : (
            <Comparison runs={wanted.map((name) => loaded.get(name)).filter((run): run is Run => run !== undefined)} />
          )}
        </>
      )}
    </div>
  );
}

/** Reads runs, each once. */
function useRuns(names: readonly string[]): { loaded: ReadonlyMap<string, Run>; error: string | undefined } {
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
