import { useEffect } from "react";
import type { Job } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { Empty } from "../controls/empty.tsx";
import { Notice } from "../controls/notice.tsx";
import { goTo, linkTo } from "../shell/route.ts";
import { JobForm } from "./job-form.tsx";
import { JobList } from "./job-list.tsx";
import { JobView } from "./job-view.tsx";

/** Start trainings and watch them. */
export function TrainPage({ job }: { job: string | undefined }) {
  const jobs = useResource<{ jobs: Job[] }>("/v1/jobs");
  const list = jobs.data?.jobs ?? [];
  const { reload } = jobs;
  const someOpen = list.some(({ state }) => state === "queued" || state === "running" || state === "interrupted");
  // The list is asked for again while something happens in it; the job that is shown follows its own events.
  useEffect(() => {
    if (!someOpen) return;
    const timer = setInterval(reload, 5000);
    return () => clearInterval(timer);
  }, [someOpen, reload]);
  const shown = job ?? list.find(({ state }) => state === "running")?.id ?? list[0]?.id;
  return (
    <div className="train">
      <h1 className="visually-hidden">Train detectors</h1>
      <aside className="side" aria-label="New training and list of jobs">
        <JobForm
          onStarted={({ id }) => {
            reload();
            goTo(linkTo("train", id));
          }}
        />
        <Notice onRetry={reload}>{jobs.error}</Notice>
        <JobList jobs={list} shown={shown} />
      </aside>
      <div className="train-main">
        {shown !== undefined && <JobView key={shown} id={shown} onChange={reload} />}
        {shown === undefined && jobs.data !== undefined && (
          <Empty title="No training yet">
            <p>
              Choose a model and a data set, and start. Losses, scores and images appear here while it learns; it goes
              on if you close this page.
            </p>
          </Empty>
        )}
      </div>
    </div>
  );
}
