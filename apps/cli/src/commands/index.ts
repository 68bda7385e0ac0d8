import { type CommandName, type CommandSchema, optionSchema } from "@lookonce/config";
import type { Command, CommandWork } from "../command.ts";
import { anchors } from "./anchors.ts";
import { benchmarkModel } from "./benchmark-model.ts";
import { benchmarkSppf } from "./benchmark-sppf.ts";
import { cfg } from "./cfg.ts";
import { checksCommand } from "./checks.ts";
import { completion } from "./completion.ts";
import { dataCheck } from "./data-check.ts";
import { dataConvert } from "./data-convert.ts";
import { dataSample } from "./data-sample.ts";
import { dataShapes } from "./data-shapes.ts";
import { dataSplit } from "./data-split.ts";
import { dataStats } from "./data-stats.ts";
import { evolve } from "./evolve.ts";
import { exportModel } from "./export.ts";
import { info } from "./info/info.ts";
import { init } from "./init.ts";
import { jobs } from "./jobs.ts";
import { launch } from "./launch.ts";
import { predict } from "./predict.ts";
import { quickstart } from "./quickstart.ts";
import { schemaCommand } from "./schema.ts";
import { serve } from "./serve.ts";
import { track } from "./track.ts";
import { train } from "./train.ts";
import { val } from "./val.ts";
import { valTrackCommand } from "./val-track.ts";
import { worker } from "./worker.ts";

/** All commands with the options of a schema, in its order. */
export function commandsOf(schema: Readonly<Record<CommandName, CommandSchema>>): readonly Command[] {
  const works: Readonly<Record<CommandName, CommandWork>> = {
    ...{
      predict,
      track,
      train,
      val,
      "val track": valTrackCommand,
      evolve,
      launch: launch(() => commands),
      anchors,
      info,
      export: exportModel,
      quickstart,
      init,
      serve,
      worker,
      jobs,
      completion,
    },
    ...{ "data check": dataCheck, "data stats": dataStats, "data sample": dataSample, "data convert": dataConvert },
    ...{ "data split": dataSplit, "data shapes": dataShapes },
    ...{ benchmark: benchmarkModel, "benchmark sppf": benchmarkSppf },
    ...{ checks: checksCommand, cfg: cfg(() => commands), schema: schemaCommand },
  };
  const commands = (Object.keys(schema) as CommandName[]).map((name) => ({ name, ...schema[name], ...works[name] }));
  return commands;
}

/** All commands, in the order of help. */
export const commands: readonly Command[] = commandsOf(optionSchema);
