import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { commands } from "../commands/index.ts";
import { exitCodes } from "../run.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { introduction } from "./introduction.ts";
import { reference } from "./reference.ts";

const page = "../../../../docs/cli.md";

it("docs/cli.md says what the options are (npx vitest run apps/cli/src/help -u writes it anew)", async () => {
  await expect(`${introduction}\n${reference(commands)}`).toMatchFileSnapshot(page);
});

it("docs/cli.md names the exit codes", () => {
  const text = readFileSync(new URL(page, import.meta.url), "utf8");
  const codes = [...Object.values(exitCodes), new Interrupt("SIGINT").exitCode, new Interrupt("SIGTERM").exitCode];
  for (const code of codes) expect(text).toMatch(new RegExp(`^\\| ${code} \\|`, "m"));
});
