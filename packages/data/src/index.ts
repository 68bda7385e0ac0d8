export { type Batch, type BatchSample, type BatchTargets, padTargets, targetBucket } from "./batch.ts";
export { BatchLoader, type BatchLoaderOptions } from "./batch-loader.ts";
export { Dataset, type DatasetEntry, type DatasetOptions, type DatasetReport } from "./dataset.ts";
export { type DatasetConfig, readDatasetConfig } from "./dataset-config.ts";
export { findPictures } from "./find-pictures.ts";
export { type DataProblem, type Labels, labelPath, parseLabels } from "./labels.ts";
export type { LoadingRules } from "./load-size.ts";
export { type BatchPlan, type RectangularOptions, rectangularBatches } from "./rectangular.ts";
