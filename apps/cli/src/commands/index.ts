import type { Command } from "../command.ts";
import { exportModel } from "./export.ts";
import { info } from "./info/info.ts";
import { predict } from "./predict.ts";
import { quickstart } from "./quickstart.ts";
import { train } from "./train.ts";
import { val } from "./val.ts";

/** All commands, in the order of help. */
export const commands: readonly Command[] = [predict, train, val, info, exportModel, quickstart];
