import { type DataStatsArgs, withDefaults } from "@lookonce/config";
import type { DatasetStatistics } from "@lookonce/data";
import { join } from "@lookonce/files";
import { type LogOptions, labelsOf, openDataset } from "../open-dataset.ts";
import { makeRunDirectory } from "../run-directory.ts";

/** Options of {@link dataStatistics}. */
export type DataStatisticsOptions = DataStatsArgs & LogOptions;

/** What {@link dataStatistics} counted and drew. */
export interface DataStatistics extends Omit<DatasetStatistics, "boxes"> {
  names: readonly string[];
  /** Path of the image. */
  plot: string;
}

/**
 * Counts the classes, boxes and images of a part of a data set, and draws them as `labels.png`.
 *
 * @throws LookonceError when the data set cannot be used or the image cannot be written
 */
export async function dataStatistics(options: DataStatisticsOptions): Promise<DataStatistics> {
  const { data, task, split, project, name, existOk, log = () => {} } = withDefaults("data stats", options);
  const [{ datasetStatistics }, { plotLabels, writePlot }] = await Promise.all([
    import("@lookonce/data"),
    import("@lookonce/plots"),
  ]);
  const dataset = await openDataset(data, { ...(await labelsOf(task)), split, log });
  const { boxes, ...statistics } = datasetStatistics(dataset);
  const { names } = dataset;
  const png = await plotLabels({ names, ...boxes });
  const plot = join(await makeRunDirectory(join(project, name), { reuse: existOk }), "labels.png");
  await writePlot(plot, png);
  return { names, ...statistics, plot };
}
