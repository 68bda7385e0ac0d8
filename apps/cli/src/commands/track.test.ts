import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { describeShared, sharedPath } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder, writeTinyModel } from "../test-run.ts";

const folder = temporaryFolder();
const frames = join(folder, "frames");
const tracker = join(folder, "eager.yaml");
const model = writeTinyModel(folder, 80);
const common = [`model=${model}`, "imgsz=64", `project=${join(folder, "runs")}`, "conf=1e-6", "max_det=2"];

beforeAll(async () => {
  await generateShapes({ directory: join(folder, "shapes"), train: 1, val: 1, size: 64 });
  mkdirSync(frames);
  for (const name of ["1.jpg", "2.jpg", "3.jpg"]) {
    copyFileSync(join(folder, "shapes/images/train/00000.jpg"), join(frames, name));
  }
  writeFileSync(
    tracker,
    "track_high_thresh: 0.000001\nnew_track_thresh: 0.000001\ntrack_low_thresh: 0\nfuse_score: false\n",
  );
});

describe("lookonce track", () => {
  it("prints identities as JSON, and saves frames and tracks", async () => {
    const saved = ["name=saved", "save_txt", "--json"];
    const { code, stdout } = await lookonce("track", ...common, `source=${frames}`, `tracker=${tracker}`, ...saved);
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const ids = lines.slice(0, 3).map(({ boxes }) => boxes.map(({ id }: { id: number }) => id));
    expect(ids).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(readdirSync(join(folder, "runs/saved")).sort()).toEqual(["1.jpg", "2.jpg", "3.jpg", "tracks"]);
    expect(readFileSync(join(folder, "runs/saved/tracks/frames.txt"), "utf8")).toMatch(/^1,1,.*\n1,2,.*\n2,1,/);
  });

  it("counts at zones, and saves what happens", async () => {
    const zones = join(folder, "zones.yaml");
    writeFileSync(zones, "zones: {all: [[-9, -9], [99, -9], [99, 99], [-9, 99]]}\n");
    const argv = [...common, `source=${frames}`, `tracker=${tracker}`, `zones=${zones}`, "save=false", "name=counted"];
    const { code, stdout } = await lookonce("track", ...argv, "--json");
    expect(code).toBe(0);
    const [first] = stdout.split("\n").map((line) => JSON.parse(line || "{}"));
    expect(first.events.map(({ event, id, count }: Record<string, unknown>) => [event, id, count])).toEqual([
      ["enter", 1, 1],
      ["enter", 2, 2],
    ]);
    expect(readdirSync(join(folder, "runs/counted"))).toEqual(["events.csv", "events.jsonl"]);
  });

  it("is what other programs' words for it mean", async () => {
    for (const argv of [["detect", "track"], ["mode=track"], ["task=track"]]) {
      const { code, stdout } = await lookonce(...argv, ...common, `source=${join(frames, "1.jpg")}`, "save=false");
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("1.jpg") });
    }
    const wrong = await lookonce("predict", ...common, `source=${frames}`, "tracker=botsort.yaml");
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("it is one of lookonce track") });
  });

  it("names the line of a setting that no tracker has", async () => {
    writeFileSync(join(folder, "bad.yaml"), "tracker_type: bytetrack\ntrack_bufer: 3\n");
    const { code, stderr } = await lookonce(
      "track",
      ...common,
      `source=${frames}`,
      `tracker=${join(folder, "bad.yaml")}`,
    );
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/bad\.yaml, line 2 .*Did you mean "track_buffer"/),
    });
  });
});

const paths = ["data/mot/TUD-Campus/gt.txt", "data/mot/TUD-Stadtmitte/gt.txt"];

describeShared("lookonce val track", paths, () => {
  it("scores files against sequences in MOTChallenge's form, as val task=track", async () => {
    const tracks = join(folder, "tracks");
    mkdirSync(tracks);
    for (const name of ["TUD-Campus", "TUD-Stadtmitte"]) {
      copyFileSync(sharedPath(`data/mot/${name}/test.txt`), join(tracks, `${name}.txt`));
    }
    const { code, stdout } = await lookonce(
      "val",
      "task=track",
      `source=${sharedPath("data/mot")}`,
      `tracks=${tracks}`,
      // Not opened: nothing is detected
      "model=missing.pt",
    );
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => line.split(/\s+/).slice(0, 5).join(" ")),
    ).toEqual([
      "TUD-Campus 0.526 0.277 0.558 0.391",
      "TUD-Stadtmitte 0.564 0.346 0.645 0.398",
      "all 0.555 0.330 0.624 0.400",
    ]);
  });
});
