import type { Command } from "../command.ts";
import { anchors } from "./anchors.ts";
import { benchmarkSppf } from "./benchmark-sppf.ts";
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
import { train } from "./train.ts";
import { val } from "./val.ts";

/** All commands, in the order of help. */
export const commands: readonly Command[] = [
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
  benchmarkSppf,
  quickstart,
];
