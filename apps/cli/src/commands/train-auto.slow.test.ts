import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { tinyModelYaml } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const shapes = join(folder, "shapes");
const model = join(folder, "tiny-v8.yaml");

beforeAll(async () => {
  await generateShapes({ directory: shapes, train: 4, val: 2, size: 64 });
  writeFileSync(model, tinyModelYaml());
});

describe("lookonce train", () => {
  it("finds the batch itself and trains in mixed precision where options say so", async () => {
    const options = ["batch=-1", "amp", "epochs=1", "imgsz=64", "val=never", "plots=false", "tensorboard=false"];
    const { code, stderr } = await lookonce(
      ...[
        "train",
        `model=${model}`,
        `data=${join(shapes, "shapes.yaml")}`,
        `project=${join(folder, "runs")}`,
        "name=own",
        ...options,
      ],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^batch 4 fits into [\d.]+ GiB of the [\d.]+ GiB of memory/m);
    expect(stderr).toMatch(/1 epoch of 1 batches of 4, .*, mixed precision$/m);
    const none = await lookonce(
      "train",
      `model=${model}`,
      `data=${join(shapes, "shapes.yaml")}`,
      "batch=0",
      "imgsz=64",
    );
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("or -1 for the largest that fits, not 0")]);
  });
});
