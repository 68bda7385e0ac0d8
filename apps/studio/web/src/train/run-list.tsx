import { figure, moment } from "../../../../server/web/src/controls/format.ts";
import { bestScore, type Run } from "../engine/runs.ts";
import { RunState } from "./run-state.tsx";

interface RunListProps {
  runs: readonly Run[];
  shown: Run | undefined;
  onChoose: (name: string) => void;
}

/** All trainings, the newest first. */
export function RunList({ runs, shown, onChoose }: RunListProps) {
  if (runs.length === 0) return null;
  return (
    <section aria-labelledby="runs-title">
      <h2 id="runs-title">Trainings</h2>
      <ul className="run-list">
        {runs.map((run) => {
          const score = bestScore(run);
          return (
            <li key={run.name}>
              <button type="button" aria-pressed={run === shown} onClick={() => onChoose(run.name)}>
                <span className="job-title">{run.title}</span>
                <RunState run={run} />
                <span className="muted small">
                  {score !== undefined && `mAP50 ${figure(score)} · `}
                  {moment(run.started)}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
