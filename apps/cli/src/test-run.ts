import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tinyModelYaml } from "@lookonce/testing";
import { afterAll } from "vitest";
import { run } from "./run.ts";

/** Result of a command line. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
  /** The last line of stdout, read as JSON. */
  json<T>(): T;
}

/** Runs a command line in this process and catches what it prints. */
export async function lookonce(...argv: string[]): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  const code = await run(argv, {
    stdout: {
      write: (text) => {
        stdout += text;
      },
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
    },
    env: {},
  });
  return { code, stdout, stderr, json: <T>() => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as T };
}

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes the model file of a YOLOv8 of three layers and returns its path. */
export function writeTinyModel(folder: string, nc: number): string {
  const path = join(folder, "tiny.yaml");
  writeFileSync(path, tinyModelYaml({ nc, layers: [8, 8, 16], levels: 2 }));
  return path;
}
