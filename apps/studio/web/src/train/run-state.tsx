import type { Run, RunState as State } from "../engine/runs.ts";

/** Names of the service's page for the same colors. */
const colors: Readonly<Record<State, string>> = {
  running: "running",
  stopped: "interrupted",
  finished: "succeeded",
  failed: "failed",
};

/** The state of a training in a word. */
export function RunState({ run: { state } }: { run: Run }) {
  return (
    <span className="state-chip" data-state={colors[state]}>
      {state}
    </span>
  );
}
