import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const cruiser = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
const trees: string[] = [];

/** Writes a workspace of the same layout as this one: package folders, links to them, and the files given. */
function plant(files: Record<string, string>): string {
  const tree = mkdtempSync(join(tmpdir(), "lookonce-boundaries-"));
  trees.push(tree);
  for (const name of ["errors", "geometry", "onnx", "metrics", "data", "nn", "testing"]) {
    const manifest = {
      name: `@lookonce/${name}`,
      type: "module",
      exports: { ".": { "@lookonce/source": "./src/index.ts", default: "./dist/index.js" } },
      devDependencies: name === "testing" ? {} : { "@lookonce/testing": "0.0.0" },
    };
    write(tree, `packages/${name}/package.json`, JSON.stringify(manifest));
    write(tree, `packages/${name}/src/index.ts`, `export const ${name} = 1;\nexport interface Shape {}\n`);
    mkdirSync(join(tree, "node_modules/@lookonce"), { recursive: true });
    symlinkSync(join(tree, "packages", name), join(tree, "node_modules/@lookonce", name), "dir");
  }
  for (const [path, text] of Object.entries(files)) write(tree, path, text);
  return tree;
}

function write(tree: string, path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

/** Runs the check on a tree; returns its exit code and `file: rule` for every violation. */
function check(tree: string): { code: number | null; found: string[] } {
  const config = join(root, ".dependency-cruiser.cjs");
  const { status, stdout } = spawnSync(process.execPath, [cruiser, "--config", config, "packages", "apps"], {
    cwd: tree,
    encoding: "utf8",
    env: { ...process.env, LOOKONCE_BOUNDARIES_ROOT: tree, NO_COLOR: "1" },
  });
  const found = [...stdout.matchAll(/^\s*error (\S+): (\S+)/gm)].map(([, rule, from]) => `${from}: ${rule}`);
  return { code: status, found: [...new Set(found)].sort() };
}

afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true });
});

describe("package boundaries", () => {
  it("lets allowed imports pass", () => {
    const tree = plant({
      "apps/cli/src/main.ts": 'import { errors } from "@lookonce/errors";\nexport const x = errors;\n',
      "packages/geometry/src/a.ts": 'import { errors } from "@lookonce/errors";\nexport const x = errors;\n',
      "packages/geometry/src/a.test.ts": 'import { testing } from "@lookonce/testing";\nexport const x = testing;\n',
      "packages/metrics/src/a.ts": 'import type { Shape } from "@lookonce/data";\nexport const x: Shape = {};\n',
    });
    expect(check(tree)).toEqual({ code: 0, found: [] });
  });

  it("names every forbidden import", () => {
    const tree = plant({
      "apps/cli/src/main.ts": 'import { geometry } from "@lookonce/geometry";\nexport const x = geometry;\n',
      "packages/geometry/src/right.ts": 'import { onnx } from "@lookonce/onnx";\nexport const x = onnx;\n',
      "packages/geometry/src/right-types.ts":
        'import type { Shape } from "@lookonce/nn";\nexport const x: Shape = {};\n',
      "packages/geometry/src/relative.ts":
        'import { errors } from "../../errors/src/index.ts";\nexport const x = errors;\n',
      "packages/geometry/src/deep.ts":
        'import { inner } from "@lookonce/errors/src/inner.ts";\nexport const x = inner;\n',
      "packages/geometry/src/deeper.ts":
        'import { inner } from "../../errors/src/inner.ts";\nexport const x = inner;\n',
      "packages/errors/src/inner.ts": "export const inner = 1;\n",
      "packages/geometry/src/ring-a.ts": 'import { b } from "./ring-b.ts";\nexport const a = () => b;\n',
      "packages/geometry/src/ring-b.ts": 'import { a } from "./ring-a.ts";\nexport const b = () => a;\n',
      "packages/geometry/src/uses-testing.ts":
        'import { testing } from "@lookonce/testing";\nexport const x = testing;\n',
      "packages/metrics/src/values.ts": 'import { data } from "@lookonce/data";\nexport const x = data;\n',
      "packages/newcomer/src/index.ts": 'import { geometry } from "@lookonce/geometry";\nexport const x = geometry;\n',
    });
    const { code, found } = check(tree);
    expect(code).toBeGreaterThan(0);
    expect(found).toEqual([
      "apps/cli/src/main.ts: graph-cli",
      "packages/geometry/src/deep.ts: unresolvable",
      "packages/geometry/src/deeper.ts: by-name",
      "packages/geometry/src/deeper.ts: no-deep-import",
      "packages/geometry/src/relative.ts: by-name",
      "packages/geometry/src/right-types.ts: graph-geometry-types",
      "packages/geometry/src/right.ts: graph-geometry",
      "packages/geometry/src/ring-a.ts: no-cycle",
      "packages/geometry/src/uses-testing.ts: graph-geometry",
      "packages/metrics/src/values.ts: graph-metrics",
      "packages/newcomer/src/index.ts: unlisted-package",
    ]);
  });

  it("has a row for every package, and no dependency that the row does not allow", () => {
    const source = "process.stdout.write(JSON.stringify(require('./.dependency-cruiser.cjs').packageGraph))";
    const graph = JSON.parse(execFileSync(process.execPath, ["-e", source], { cwd: root, encoding: "utf8" }));
    const folders = ["packages", "apps"].flatMap((group) =>
      readdirSync(join(root, group)).map((name) => `${group}/${name}`),
    );
    expect(Object.keys(graph).sort()).toEqual(folders.sort());
    for (const folder of folders) {
      const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      const own = Object.keys(dependencies).filter((name) => name === "lookonce" || name.startsWith("@lookonce/"));
      expect(graph[folder], folder).toEqual(expect.arrayContaining(own.map((name) => name.replace("@lookonce/", ""))));
    }
  });
});
