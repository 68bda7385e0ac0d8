import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { failWrites } from "@lookonce/testing";
import { expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();

it("leaves no half file of options on a full disk, which the next try would refuse", async () => {
  const file = join(folder, "lookonce.yaml");
  const restore = failWrites("ENOSPC", "lookonce.yaml");
  const { code, stderr } = await lookonce("cfg", `output=${file}`);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/cannot write .*lookonce\.yaml: ENOSPC/);
  expect(existsSync(file)).toBe(false);
  restore();
  expect((await lookonce("cfg", `output=${file}`)).code).toBe(0);
  expect(readFileSync(file, "utf8")).toMatch(/^# Options of lookonce/);
});
