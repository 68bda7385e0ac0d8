import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@lookonce/onnx";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ProfileEvent, profileTables } from "./profile.ts";
import { compile, hostTensor } from "./runtime.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-profile-"));

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("profiles", () => {
  it("sum operators, layers and shapes over the runs", () => {
    const node = (name: string, op: string, dur: number): ProfileEvent => {
      const args = { op_name: op, input_type_shape: [{ float: [2, 3] }, { float: [] }] };
      return { cat: "Node", name: `${name}_kernel_time`, dur, args };
    };
    const run = [node("model/0/Conv_0", "Conv", 3000), node("model/0/Add_0", "Add", 500), node("Add_1", "Add", 1500)];
    const tables = profileTables([{ cat: "Session", name: "model_run", dur: 9000 }, ...run, ...run]);
    expect(tables).toContain("2 runs, 5.0 ms in operators a run.");
    expect(tables).toContain("| Add | 2.00 | 2 |");
    expect(tables).toContain("| model/0 | 3.50 | 2 |");
    expect(tables).toContain("| Conv 2×3,  | 3.00 | 1 |");
  });

  it("are written to the folder of LOOKONCE_PROFILE when a graph is released", async () => {
    vi.stubEnv("LOOKONCE_PROFILE", join(folder, "new"));
    const graph = new GraphBuilder();
    const doubled = graph.node("Add", [graph.input("x", "float32", [2]), "x"], {}, { outputs: ["y"] });
    graph.output(doubled, "float32", [2]);
    const session = await compile(graph.build(), { executionProviders: ["cpu"] });
    const x = hostTensor({ dtype: "float32", shape: [2] }, Float32Array.of(1, 2));
    await session.run({ x }, { y: null });
    await session.release();
    const tables = readdirSync(join(folder, "new")).filter((name) => name.endsWith(".md"));
    expect(tables).toHaveLength(1);
    expect(readFileSync(join(folder, "new", tables[0] ?? ""), "utf8")).toContain("| Add | ");
  });
});
