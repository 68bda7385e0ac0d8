import { useEffect, useReducer, useState } from "react";
import { call, send, sentence } from "../api/call.ts";
import { followEvents } from "../api/follow-events.ts";
import type { Job } from "../api/types.ts";
import type { ResultTable } from "../chart/result-charts.ts";
import { addEvent, type JobNews, noNews } from "./job-news.ts";
import { parseCsv } from "./parse-csv.ts";

/** A job that is followed. */
export interface FollowedJob {
  job: Job | undefined;
  news: JobNews;
  table: ResultTable;
  /** Whether events come in; they are taken up again by themselves. */
  connected: boolean;
  error: string | undefined;
}

const noTable: ResultTable = { columns: [], rows: [] };

/** Follows a job by its events, from the first one on; stops when the job is over. */
export function useFollowedJob(id: string, onChange: () => void): FollowedJob {
  const [job, setJob] = useState<Job>();
  const [table, setTable] = useState(noTable);
  const [news, dispatch] = useReducer(addEvent, noNews);
  const [connected, setConnected] = useState(false);
  const [error, setError] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const address = `/v1/jobs/${encodeURIComponent(id)}`;
    const fail = (reason: unknown) => {
      if (!signal.aborted) setError(sentence(reason));
    };
    const readJob = latestOnly(signal, async () => {
      const now = await call<Job>(address, { signal });
      setJob(now);
      if (hasTable(now)) readTable().catch(fail);
      if (isOver(now)) stop();
    });
    const readTable = latestOnly(signal, async () => {
      const answer = await send(`${address}/artifacts/results.csv`, { signal });
      setTable(parseCsv(await answer.text()));
    });
    const stop = () => {
      setConnected(false);
      stream.abort();
    };
    const stream = new AbortController();
    signal.addEventListener("abort", () => stream.abort());
    readJob().catch(fail);
    followEvents(`${address}/events`, {
      signal: stream.signal,
      onOpen: setConnected,
      onEvent: (event) => {
        dispatch(event);
        if (event.type === "state" || event.type === "artifact" || event.type === "epoch") readJob().catch(fail);
        if (event.type === "state") onChange();
      },
    }).catch(fail);
    return () => abort.abort();
  }, [id, onChange]);
  return { job, news, table, connected, error };
}

/** Whether nothing will happen any more. */
export function isOver({ state }: Pick<Job, "state">): boolean {
  return state === "succeeded" || state === "failed" || state === "canceled";
}

/** Before its first epoch a job has no table. */
function hasTable({ artifacts = [] }: Job): boolean {
  return artifacts.some(({ name }) => name === "results.csv");
}

/** Runs a task when asked, but never twice at a time: what was asked meanwhile is done once afterwards. */
function latestOnly(signal: AbortSignal, task: () => Promise<void>): () => Promise<void> {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await task();
      } while (again && !signal.aborted);
    } finally {
      running = false;
    }
  };
  return run;
}
