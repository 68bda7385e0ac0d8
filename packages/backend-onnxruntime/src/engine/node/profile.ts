import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InferenceSession } from "onnxruntime-common";

/** An event of ONNX Runtime's profile, as far as it is read here. Times are in microseconds. */
export interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly input_type_shape?: readonly Record<string, number[]>[] };
}

/** The running profiles of this process: the sessions, and the prefix of each one's files. */
const running = new Map<InferenceSession, string>();
let count = 0;

/** The folder that the environment's `LOOKONCE_PROFILE` names, if it does. */
export function profileFolder(): string | undefined {
  return process.env.LOOKONCE_PROFILE || undefined;
}

/**
 * The options with which ONNX Runtime profiles a graph, where the environment's `LOOKONCE_PROFILE` names a folder, and a
 * function that registers the session: at its end, or the process's, `graph-N.md` is written beside the profile.
 */
export function profiling(): { options: InferenceSession.SessionOptions; watch: (session: InferenceSession) => void } {
  const folder = profileFolder();
  if (folder === undefined) return { options: {}, watch: () => {} };
  mkdirSync(folder, { recursive: true });
  if (count === 0) {
    process.once("exit", () => {
      for (const session of running.keys()) endProfile(session);
    });
  }
  const prefix = join(folder, `graph-${process.pid}-${count++}`);
  return {
    options: { enableProfiling: true, profileFilePrefix: prefix },
    watch: (session) => running.set(session, prefix),
  };
}

/** Ends a session's profile, if it has one, and writes its tables. */
export function endProfile(session: InferenceSession): void {
  const prefix = running.get(session);
  if (prefix === undefined) return;
  running.delete(session);
  session.endProfiling();
  const folder = join(prefix, "..");
  const name = prefix.slice(folder.length + 1);
  const file = readdirSync(folder).find((each) => each.startsWith(`${name}_`));
  if (file === undefined) return;
  const events = JSON.parse(readFileSync(join(folder, file), "utf8")) as ProfileEvent[];
  writeFileSync(`${prefix}.md`, profileTables(events));
}

/** Without the nodes of bodies: the time of a `Scan` has that of the nodes in its body. */
function withoutBodies(nodes: readonly ProfileEvent[]): ProfileEvent[] {
  let end = Number.NEGATIVE_INFINITY;
  return nodes
    .toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)
    .filter(({ ts, dur }) => {
      const isOuter = ts >= end;
      if (isOuter) end = ts + dur;
      return isOuter;
    });
}

/** Tables of the milliseconds of a run: by operator, by layer, and by operator and shapes. */
export function profileTables(events: readonly ProfileEvent[]): string {
  const isKernel = ({ cat, name }: ProfileEvent): boolean => cat === "Node" && name.endsWith("_kernel_time");
  const nodes = withoutBodies(events.filter(isKernel));
  const seen = nodes.filter(({ name }) => name === nodes[0]?.name).length;
  const table = (title: string, key: (event: ProfileEvent) => string, rows: number): string => {
    const sums = new Map<string, { ms: number; calls: number }>();
    for (const event of nodes) {
      const sum = sums.get(key(event)) ?? { ms: 0, calls: 0 };
      sums.set(key(event), { ms: sum.ms + event.dur / 1000 / seen, calls: sum.calls + 1 / seen });
    }
    const sorted = [...sums].sort(([, a], [, b]) => b.ms - a.ms).slice(0, rows);
    const lines = sorted.map(([name, { ms, calls }]) => `| ${name} | ${ms.toFixed(2)} | ${calls.toFixed(0)} |`);
    return [`| ${title} | ms a run | nodes |`, "| --- | --- | --- |", ...lines, ""].join("\n");
  };
  const operator = ({ args }: ProfileEvent): string => args?.op_name ?? "?";
  const shapes = ({ args }: ProfileEvent): string =>
    (args?.input_type_shape ?? []).map((each) => Object.values(each).flat().join("×")).join(", ");
  const layer = ({ name }: ProfileEvent): string => name.slice(0, Math.max(0, name.lastIndexOf("/"))) || "(none)";
  const total = nodes.reduce((sum, { dur }) => sum + dur / 1000 / seen, 0);
  return [
    `${seen} runs, ${total.toFixed(1)} ms in operators a run.\n`,
    table("operator", operator, 60),
    table("layer", layer, 200),
    table("operator and its inputs' shapes", (event) => `${operator(event)} ${shapes(event)}`, 200),
  ].join("\n");
}
