import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { optionSchema } from "@lookonce/config";
import { load, YAML11_SCHEMA } from "js-yaml";
import { afterAll, describe, expect, it } from "vitest";
import { lookonce } from "../apps/cli/src/test-run.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lookonce-automation-"));
afterAll(() => rmSync(folder, { recursive: true }));

const read = <T>(path: string): T => load(readFileSync(join(root, path), "utf8"), { schema: YAML11_SCHEMA }) as T;

describe("action.yml", () => {
  const action = read<{
    inputs: Record<string, { required?: boolean; default?: string }>;
    runs: { steps: { env?: Record<string, string>; run?: string }[] };
  }>("action.yml");

  it("passes every input by the environment, and none into a command", () => {
    const { env = {}, run = "" } = action.runs.steps.at(-1) ?? {};
    const passed = Object.entries(env).map(([name, value]) => [name, value.replaceAll(/[${} ]/g, "")]);
    const inputs = Object.keys(action.inputs);
    expect(passed).toEqual(
      expect.arrayContaining(inputs.map((name) => [`INPUT_${name.toUpperCase()}`, `inputs.${name}`])),
    );
    expect(passed).toHaveLength(inputs.length);
    expect(run).not.toContain("${{");
    expect(existsSync(join(root, /deploy\/[\w/.-]+/.exec(run)?.[0] ?? ""))).toBe(true);
  });

  it("passes or fails by the score that lookonce val prints", async () => {
    const model = join(root, "packages/yolo/samples/yolov8t-shapes.safetensors");
    const project = join(folder, "shapes");
    await lookonce("init", project);
    const data = join(project, "data.yaml");
    const { code, stdout } = await lookonce(
      "val",
      `model=${model}`,
      `data=${data}`,
      "plots=false",
      `project=${folder}`,
      "--json",
    );
    expect(code).toBe(0);
    // In place of the built command: what it printed, if it is asked for that
    const program = join(folder, "program.cjs");
    writeFileSync(join(folder, "stdout.txt"), stdout);
    writeFileSync(
      program,
      `const asked = process.argv.slice(2).join(" ");
      if (asked !== ${JSON.stringify(`val model=${model} data=${data} split=val batch=4 imgsz=160 --json`)}) throw new Error(asked);
      process.stdout.write(require("node:fs").readFileSync(${JSON.stringify(join(folder, "stdout.txt"))}));`,
    );
    const validate = (inputs: Record<string, string>) => {
      const files = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "summary") };
      for (const file of Object.values(files)) writeFileSync(file, "");
      const env = {
        ...{ PATH: process.env.PATH, LOOKONCE_PROGRAM: program, ...files },
        ...{
          INPUT_MODEL: model,
          INPUT_DATA: data,
          INPUT_SPLIT: "val",
          INPUT_OPTIONS: " batch=4  imgsz=160 ",
          ...inputs,
        },
      };
      const script = join(root, "deploy/action/validate.mjs");
      const { status, stdout: said } = spawnSync(process.execPath, [script], { env, encoding: "utf8" });
      return {
        status,
        said,
        output: readFileSync(files.GITHUB_OUTPUT, "utf8"),
        summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"),
      };
    };
    const { map50 } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { map50: number };
    expect(map50).toBeGreaterThan(0.8);
    const passed = validate({ INPUT_THRESHOLD: "0.5" });
    expect(passed).toMatchObject({ status: 0, output: expect.stringContaining(`score=${map50}\nreport={"images":8`) });
    expect(passed.summary).toMatch(/\| map50 \| 0\.9\d+ \| 0\.5 ✓ \|/);
    expect(validate({ INPUT_THRESHOLD: "0.99", INPUT_METRIC: "map50_95" })).toMatchObject({
      status: 1,
      said: expect.stringMatching(/^::error::map50_95 is 0\.\d+, the threshold 0\.99/),
    });
    expect(validate({ INPUT_THRESHOLD: "0.5", INPUT_METRIC: "map" }).said).toMatch(/no metric "map", but .*map50_95/);
    expect(validate({ INPUT_THRESHOLD: "50" })).toMatchObject({
      status: 1,
      said: expect.stringMatching(/from 0 to 1/),
    });
    expect(validate({ INPUT_THRESHOLD: "0", INPUT_SPLIT: "test" }).said).toMatch(/::error::lookonce val ended with 1/);
  });
});

it(".pre-commit-hooks.yaml runs a command that there is, with options that it has", () => {
  const hooks = read<{ id: string; entry: string; files: string }[]>(".pre-commit-hooks.yaml");
  expect(hooks.map(({ id }) => id)).toEqual(["lookonce-data-check"]);
  for (const { entry, files } of hooks) {
    const [, command = "", options = ""] = /^npx --yes lookonce ([a-z ]+?)((?: [a-z_]+=\S+)*)$/.exec(entry) ?? [];
    const known = Object.keys(optionSchema[command as "data check"].options);
    for (const [key] of options
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split("=")))
      expect(known).toContain(key);
    for (const path of ["data.yaml", "data/images/train/1.jpg", "labels/1.txt"])
      expect(path).toMatch(new RegExp(files));
    expect("src/main.ts").not.toMatch(new RegExp(files));
  }
});

describe(".github/workflows/release.yml", () => {
  const { permissions, jobs } = read<{
    permissions: object;
    jobs: Record<string, { permissions: object; environment: string; steps: { run?: string; uses?: string }[] }>;
  }>(".github/workflows/release.yml");
  const { publish } = jobs;
  const commands = publish?.steps.flatMap(({ run = "" }) => run.split("\n")) ?? [];

  it("may do what publishing with provenance needs, and nothing else", () => {
    expect(permissions).toEqual({});
    expect(publish?.permissions).toEqual({ contents: "write", "id-token": "write" });
    expect(commands).toContain("node scripts/publish.mjs -- --provenance");
    expect(JSON.stringify(publish)).not.toMatch(/secrets\./);
  });

  it("names scripts that there are, and checks before it publishes", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    for (const [, name] of commands.join("\n").matchAll(/npm run ([\w:]+)/g))
      expect(scripts).toHaveProperty([name ?? ""]);
    for (const [, path = ""] of commands.join("\n").matchAll(/node (scripts\/\S+)/g))
      expect(existsSync(join(root, path))).toBe(true);
    const at = (text: string): number => commands.findIndex((line) => line.includes(text));
    expect(at("publish:check")).toBeGreaterThan(at("npm run build"));
    expect(at("scripts/publish.mjs")).toBeGreaterThan(at("scripts/registry.mjs"));
  });
});

it("every shell line of the workflow is one", () => {
  const { jobs } = read<{ jobs: { publish: { steps: { run?: string }[] } } }>(".github/workflows/release.yml");
  for (const { run } of jobs.publish.steps) if (run !== undefined) execFileSync("bash", ["-n", "-c", run]);
});
