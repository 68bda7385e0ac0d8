import { run } from "./run.ts";
import { Interrupt, type StopSignal } from "./terminal/interrupt.ts";

// A reader that has seen enough, such as head, closes the pipe: no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const controller = new AbortController();
const signals = ["SIGINT", "SIGTERM"] as const satisfies readonly StopSignal[];
for (const name of signals) {
  process.on(name, () => {
    // Whoever asks twice does not want to wait
    if (controller.signal.aborted) process.exit(new Interrupt(name).exitCode);
    controller.abort(new Interrupt(name));
  });
}

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  interrupt: controller.signal,
  ignoreInterrupt() {
    for (const name of signals) process.removeAllListeners(name);
  },
});
process.exitCode = code;
// Work that was cut off would go on
if (controller.signal.aborted) process.exit(code);
