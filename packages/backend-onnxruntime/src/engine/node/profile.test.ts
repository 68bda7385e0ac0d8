import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@lookonce/onnx";
import { afterEach, describe, expect, it, vi } from "vitest";
import { nodeEngine } from "./engine.ts";
import { type ProfileEvent, profileTables } from "./profile.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-profile-"));

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("profiles", () => {
  it("sum operators, layers and shapes over the runs", () => {
    const node = (name: string, op: string, ts: number, dur: number): ProfileEvent => {
      const args = { op_name: op, input_type_shape: [{ float: [2, 3] }, { float: [] }] };
      return { cat: "Node", name: `${name}_kernel_time`, ts, dur, args };
    };
    const run = (ts: number): ProfileEvent[] => [
      node("model/0/Conv_0", "Conv", ts, 3000),
      node("model/0/Add_0", "Add", ts + 3000, 500),
      node("Add_1", "Add", ts + 3600, 1500),
    ];
    const tables = profileTables([{ cat: "Session", name: "model_run", ts: 0, dur: 9000 }, ...run(0), ...run(9000)]);
    expect(tables).toContain("2 runs, 5.0 ms in operators a run.");
    expect(tables).toContain("| Add | 2.00 | 2 |");
    expect(tables).toContain("| model/0 | 3.50 | 2 |");
    expect(tables).toContain("| Conv 2×3,  | 3.00 | 1 |");
  });

  it("count the nodes of a body once, as part of the node that has it", () => {
    const node = (op: string, ts: number, dur: number): ProfileEvent => {
      return { cat: "Node", name: `${op}_0_kernel_time`, ts, dur, args: { op_name: op } };
    };
    // ONNX Runtime writes a node down when it ends.
    const tables = profileTables([
      node("Mul", 110, 300),
      node("Mul", 420, 300),
      node("Scan", 100, 700),
      node("Add", 800, 50),
    ]);
    expect(tables).toContain("1 runs, 0.8 ms in operators a run.");
    expect(tables).toContain("| Scan | 0.70 | 1 |");
    expect(tables).not.toContain("Mul");
  });

  it("are written to the folder of LOOKONCE_PROFILE when a graph is released", async () => {
    expect(nodeEngine.isProfiled).toBe(false);
    vi.stubEnv("LOOKONCE_PROFILE", join(folder, "new"));
    expect(nodeEngine.isProfiled).toBe(true);
    const graph = new GraphBuilder();
    const doubled = graph.node("Add", [graph.input("x", "float32", [2]), "x"], {}, { outputs: ["y"] });
    graph.output(doubled, "float32", [2]);
    const session = await nodeEngine.compile(graph.build(), { executionProviders: ["cpu"] });
    const x = nodeEngine.tensor({ dtype: "float32", shape: [2] }, Float32Array.of(1, 2));
    await session.run({ x }, { y: null });
    await session.release();
    const tables = readdirSync(join(folder, "new")).filter((name) => name.endsWith(".md"));
    expect(tables).toHaveLength(1);
    expect(readFileSync(join(folder, "new", tables[0] ?? ""), "utf8")).toContain("| Add | ");
  });
});
