import { type CommandWork, work } from "../command.ts";
import { completionScript } from "../completion/scripts.ts";

/** `lookonce completion`: lets a shell complete commands, keys, values and files. */
export const completion: CommandWork = work("completion", {
  positional: "shell",
  examples: ["lookonce completion bash", "lookonce completion zsh", "lookonce completion fish"],
  run({ shell }, terminal) {
    const script = completionScript(shell);
    terminal.say(script.trimEnd());
    return Promise.resolve({ shell, script });
  },
});
