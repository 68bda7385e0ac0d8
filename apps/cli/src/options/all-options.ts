import type { Command } from "../command.ts";
import { type OptionTable, text } from "./option.ts";

const configOption = {
  cfg: text({
    help: "YAML file of options; what is on the command line holds before it",
    expects: "file.yaml",
    fallback: undefined,
  }),
};

/** All options of a command, with the one that every command has. */
export function optionsOf({ options }: Pick<Command, "options">): OptionTable {
  return { ...options, ...configOption };
}
