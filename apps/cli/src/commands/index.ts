import type { Command } from "../command.ts";
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
import { predict } from "./predict.ts";
import { quickstart } from "./quickstart.ts";
import { serve } from "./serve.ts";
import { train } from "./train.ts";
import { val } from "./val.ts";

/** Commands that do something with models and data. */
const working: readonly Command[] = [
  predict,
  train,
  val,
  evolve,
  anchors,
  info,
  exportModel,
  dataCheck,
  dataStats,
  dataSample,
  dataConvert,
  dataSplit,
  dataShapes,
  benchmarkModel,
  benchmarkSppf,
  quickstart,
  serve,
];

/** All commands, in the order of help. */
export const commands: readonly Command[] = [...working, checksCommand, cfg(working), completion];
