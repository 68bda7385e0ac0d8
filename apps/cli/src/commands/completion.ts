import { type Command, command } from "../command.ts";
import { completionScript, shells } from "../completion/scripts.ts";
import { choice, type Option } from "../options/option.ts";
import { outputOptions } from "./shared-options.ts";

const shell: Option<(typeof shells)[number] | undefined> = {
  ...choice(shells, { help: "the shell that the script is for", fallback: undefined }),
  required: true,
};

/** `lookonce completion`: lets a shell complete commands, keys, values and files. */
export const completion: Command = command({
  name: "completion",
  summary: "Prints a script that lets bash, zsh or fish complete commands, keys, values and files.",
  positional: "shell",
  options: { shell, ...outputOptions },
  examples: ["lookonce completion bash", "lookonce completion zsh", "lookonce completion fish"],
  run({ shell: name }, terminal) {
    const script = completionScript(name as (typeof shells)[number]);
    terminal.say(script.trimEnd());
    return Promise.resolve({ shell: name, script });
  },
});
