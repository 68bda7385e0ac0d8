import { useEffect, useReducer, useState } from "react";
import { sentence } from "../api/call.ts";
import { followEvents } from "../api/follow-events.ts";
import type { Job, Run } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import type { ResultTable } from "../chart/result-charts.ts";
import { addEvent, type JobNews, noNews } from "./job-news.ts";

export interface FollowedJob {
  job: Job | undefined;
  news: JobNews;
  table: ResultTable;
  /** Whether events come in; they are taken up again by themselves. */
  connected: boolean;
  error: string | undefined;
}

const noTable: ResultTable = { columns: [], rows: [] };

/** Follows a job by its events, from the first one on, until the service ends them with the job. */
export function useFollowedJob(id: string, onChange: () => void): FollowedJob {
  const address = `/v1/jobs/${encodeURIComponent(id)}`;
  const { data: job, error, reload: reloadJob } = useResource<Job>(address);
  // Before its first epoch a job has no table.
  const hasTable = job?.artifacts?.some(({ name }) => name === "results.csv");
  const run = useResource<Run>(hasTable ? `/v1/runs/${encodeURIComponent(job?.run ?? "")}` : undefined);
  const { reload: reloadRun } = run;
  const [news, dispatch] = useReducer(addEvent, noNews);
  const [connected, setConnected] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    followEvents(`${address}/events`, {
      signal: abort.signal,
      onOpen: setConnected,
      onEvent: (event) => {
        dispatch(event);
        if (event.type === "state") onChange();
        if (event.type === "batch" || event.type === "log") return;
        reloadJob();
        reloadRun();
      },
    }).catch((reason) => {
      if (!abort.signal.aborted) setRefusal(sentence(reason));
    });
    return () => abort.abort();
  }, [address, reloadJob, reloadRun, onChange]);
  return { job, news, table: run.data ?? noTable, connected, error: refusal ?? error ?? run.error };
}
