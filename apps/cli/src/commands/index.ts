import type { Command } from "../command.ts";
import { exportModel } from "./export.ts";
import { info } from "./info.ts";
import { predict } from "./predict.ts";

/** All commands, in the order of help. */
export const commands: readonly Command[] = [predict, info, exportModel];
