import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Command } from "../command.ts";
import { commands } from "../commands/index.ts";
import { lookonce, temporaryFolder } from "../test-run.ts";
import { readValues } from "./read-values.ts";

const folder = temporaryFolder();
const file = join(folder, "my.yaml");

function values(name: string, yaml: string, ...argv: string[]): Record<string, unknown> {
  writeFileSync(file, yaml);
  const command = commands.find((each) => each.name === name) as Command;
  return readValues([...argv, `cfg=${file}`], command, { commands });
}

function complaint(name: string, yaml: string, ...argv: string[]): string {
  try {
    values(name, yaml, ...argv);
  } catch (error) {
    return (error as Error).message.replace(folder, "");
  }
  throw new Error("nothing was wrong");
}

describe("a configuration file", () => {
  it("sets values; the command line overrides it, the command's own section overrides the top", () => {
    const yaml = "model: a.pt\ndata: pets.yaml\nimgsz: 320\ntrain:\n  epochs: 5\n  imgsz: 96\nval:\n  imgsz: 64\n";
    expect(values("train", yaml)).toMatchObject({ model: "a.pt", imgsz: 96, epochs: 5, batch: 16 });
    expect(values("train", yaml, "epochs=7", "model=b.pt")).toMatchObject({ model: "b.pt", epochs: 7 });
    expect(values("val", yaml)).toMatchObject({ imgsz: 64 });
    expect(values("predict", "source: x\nepochs: 3\n", "model=m.pt")).toMatchObject({ source: "x" });
    expect(values("data check", 'data: a.yaml\n"data check":\n  show: 3\n')).toMatchObject({ show: 3 });
  });

  it("reads lists, yes and no, and empty values as not set", () => {
    const yaml =
      "model: a.pt\ndata: b.yaml\nfreeze: [0, 1]\ncos_lr: true\nlr0:\namp: null\noptimizer: AdamW\nsave-period: 2\n";
    expect(values("train", yaml)).toMatchObject({
      freeze: [0, 1],
      cos_lr: true,
      lr0: undefined,
      amp: undefined,
      optimizer: "AdamW",
      save_period: 2,
    });
  });

  it("reads keys of other YOLO programs", () => {
    expect(
      values("train", "weights: a.pt\ndata: b.yaml\ntask: detect\ndeterministic: true\nmask_ratio:\n"),
    ).toMatchObject({
      model: "a.pt",
    });
    const notes: string[] = [];
    writeFileSync(file, "task: detect\nmode: train\nmodel: a.pt\ndata: b.yaml\nmask_ratio: 4\n");
    const train = commands.find((each) => each.name === "train") as Command;
    const note = (line: string): number => notes.push(line.replace(folder, ""));
    expect(readValues([`cfg=${file}`], train, { commands, note })).toMatchObject({ model: "a.pt" });
    expect(notes).toEqual([expect.stringMatching(/line 2: left out: mode is not an option here/)]);
  });

  it("names file, line and the nearest key", () => {
    expect(complaint("train", "model: a.pt\n# a comment\nepoch: 3\n")).toMatch(
      /^.my\.yaml, line 3: there is no option "epoch"\. Did you mean "epochs"\?$/,
    );
    expect(complaint("train", "model: a.pt\nval:\n  imgs: 3\n")).toMatch(
      /my\.yaml, line 3: val has no option "imgs"\. Did you mean "imgsz"\?/,
    );
    expect(complaint("train", "model: a.pt\ndata: b\n\nepochs: many\n")).toMatch(
      /my\.yaml, line 4: epochs=many is not possible: expected epochs=whole number from 1/,
    );
    expect(complaint("train", "model: a.pt\nhyp:\n  lr0: 1\n")).toMatch(/line 2: hyp must be one value/);
    expect(complaint("train", "model: [a.pt\n")).toMatch(/my\.yaml, line \d+ is not valid YAML/);
    expect(complaint("train", "- a\n")).toMatch(/is a list at the top; expected keys/);
  });

  it("is asked for what the command needs", async () => {
    expect(complaint("val", "model: a.pt\n")).toMatch(/^val needs data=file\.yaml/);
    expect(await lookonce("train", "cfg=none.yaml")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no configuration file .*none\.yaml: check the path\. lookonce cfg output=/),
    });
  });
});

describe("lookonce cfg", () => {
  it("writes a file that changes nothing, and never over another", async () => {
    const output = join(folder, "all.yaml");
    expect(await lookonce("cfg", `output=${output}`)).toMatchObject({ code: 0 });
    for (const command of commands) {
      const given = Object.entries(command.options).flatMap(([key, option]) =>
        option.required ? [`${key}=${option.choices?.[0] ?? "x"}`] : [],
      );
      expect(readValues([...given, `cfg=${output}`], command, { commands }), command.name).toEqual(
        readValues(given, command, { commands }),
      );
    }
    expect(await lookonce("cfg", `output=${output}`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/it exists/),
    });
  });

  it("shows defaults of all commands or of one, as YAML, a table and JSON", async () => {
    expect((await lookonce("cfg")).stdout).toMatch(/^train:$/m);
    expect((await lookonce("cfg", "data check")).stdout).toMatch(/^"data check":\n {2}# data: file\.yaml/m);
    expect((await lookonce("cfg", "val", "format=table")).stdout).toMatch(/^ {2}imgsz +640 +whole number from 32/m);
    const json = (await lookonce("cfg", "val", "--json")).json<{ val: { conf: object } }>();
    expect(json.val.conf).toMatchObject({ default: 0.001, required: false, expects: "number 0..1" });
    expect(await lookonce("cfg", "trian")).toMatchObject({ code: 2, stderr: expect.stringMatching(/"train"/) });
  });
});

describe("values of other programs", () => {
  it("are understood and noted", async () => {
    const notes: string[] = [];
    const command = commands.find(({ name }) => name === "val") as Command;
    const given = ["model=a.pt", "data=b.yaml", "imgsz=[640, 480]", "device=0"];
    const read = readValues(given, command, { commands, note: (line) => notes.push(line) });
    expect(read).toMatchObject({ imgsz: 640, device: "auto" });
    expect(notes).toEqual([
      "imgsz=[640, 480]: it is 640 here: the longer side, images keep their shape",
      "device=0: it is auto here; lookonce checks shows which devices work",
    ]);
    expect(() => readValues(["model=a", "data=b", "device=0,1"], command, { commands })).toThrow(/one device computes/);
  });
});
