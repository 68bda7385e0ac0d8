import type { Command } from "../command.ts";
import { info } from "./info.ts";

/** All commands, in the order of help. */
export const commands: readonly Command[] = [info];
