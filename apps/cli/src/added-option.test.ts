import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Option, optionSchema } from "@lookonce/config";
import { expect, it } from "vitest";
import type { Command } from "./command.ts";
import { commandsOf } from "./commands/index.ts";
import { candidates } from "./completion/candidates.ts";
import { commandHelp } from "./help/pages.ts";
import { reference } from "./help/reference.ts";
import { readValues } from "./options/read-values.ts";
import { temporaryFolder } from "./test-run.ts";

const warp: Option = { type: "choice", choices: ["none", "linear"], help: "kind of the warp", default: "none" };
const { train } = optionSchema;
const commands = commandsOf({
  ...optionSchema,
  train: { ...train, options: { ...train.options, warp_kind: warp } },
});
const command = commands.find(({ name }) => name === "train") as Command;
const file = join(temporaryFolder(), "my.yaml");

it("an option that is added to the schema is parsed, from arguments and from files", () => {
  expect(readValues([], command, { commands })).toMatchObject({ warp_kind: "none" });
  expect(readValues(["--warp-kind", "Linear"], command, { commands })).toMatchObject({ warp_kind: "linear" });
  expect(() => readValues(["warp_kind=liner"], command, { commands })).toThrow('Did you mean "linear"?');
  writeFileSync(file, "train:\n  warp_kind: linear\n");
  expect(readValues([`cfg=${file}`], command, { commands })).toMatchObject({ warp_kind: "linear" });
});

it("an option that is added to the schema is in help, completion and docs", async () => {
  expect(commandHelp(command)).toMatch(/warp_kind=none\|linear +kind of the warp \(default none\)/);
  expect(reference(commands)).toContain("| `warp_kind` | none\\|linear | `none` | kind of the warp |");
  const context = { commands, modelNames: () => Promise.resolve([]) };
  expect(await candidates(["train", "warp"], context)).toEqual([{ value: "warp_kind=", help: "kind of the warp" }]);
  expect(await candidates(["train", "warp_kind=l"], context)).toEqual([{ value: "warp_kind=linear" }]);
});
