import { readFileSync } from "node:fs";
import { replaceRegions } from "@lookonce/config";
import { expect, it } from "vitest";
import { commands } from "../commands/index.ts";
import { exitCodes } from "../run.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { reference } from "./reference.ts";

const page = "../../../../docs/cli.md";

it("docs/cli.md lists the options of the schema (npm run generate rewrites it)", async () => {
  const text = readFileSync(new URL(page, import.meta.url), "utf8");
  await expect(replaceRegions(text, { commands: reference(commands) })).toMatchFileSnapshot(page);
});

it("docs/cli.md names the exit codes", () => {
  const text = readFileSync(new URL(page, import.meta.url), "utf8");
  const codes = [...Object.values(exitCodes), new Interrupt("SIGINT").exitCode, new Interrupt("SIGTERM").exitCode];
  for (const code of codes) expect(text).toMatch(new RegExp(`^\\| ${code} \\|`, "m"));
});
