export {
  type Batch,
  type BatchSample,
  type BatchTargets,
  imagesOf,
  type LabelMasks,
  padTargets,
  type TargetForm,
  targetBucket,
} from "./batch.ts";
export { type BatchesOptions, BatchLoader, type CacheReport } from "./batch-loader.ts";
export type { ConversionResult, LeftOutKind } from "./convert/conversion-result.ts";
export { type ConvertCocoOptions, convertCoco } from "./convert/convert-coco.ts";
export { type ConvertDotaOptions, convertDota } from "./convert/convert-dota.ts";
export { type ConvertMasksOptions, convertMasks } from "./convert/convert-masks.ts";
export { type ConvertVocOptions, convertVoc } from "./convert/convert-voc.ts";
export { type ConvertCvatOptions, convertCvat } from "./convert/cvat/convert-cvat.ts";
export { writeCvat } from "./convert/cvat/write-cvat.ts";
export { type ConvertHuggingFaceOptions, convertHuggingFace } from "./convert/hugging-face/convert-hugging-face.ts";
export { writeHuggingFace, writeImageFolder } from "./convert/hugging-face/write-hugging-face.ts";
export { type ConvertLabelStudioOptions, convertLabelStudio } from "./convert/label-studio/convert-label-studio.ts";
export { type WriteLabelStudioOptions, writeLabelStudio } from "./convert/label-studio/write-label-studio.ts";
export { type ConvertLabelMeOptions, convertLabelMe } from "./convert/labelme/convert-labelme.ts";
export { writeLabelMe } from "./convert/labelme/write-labelme.ts";
export { type ConvertOpenImagesOptions, convertOpenImages } from "./convert/open-images/convert-open-images.ts";
export { writeOpenImages } from "./convert/open-images/write-open-images.ts";
export type { SaveImages } from "./convert/place-image.ts";
export { writeCoco } from "./convert/write-coco.ts";
export { writeDota } from "./convert/write-dota.ts";
export { writeVoc } from "./convert/write-voc.ts";
export type { LostKind, WriteOptions, WrittenAnnotations } from "./convert/written-annotations.ts";
export { Dataset, type DatasetOptions, type DatasetReport } from "./dataset.ts";
export type { DatasetConfig } from "./dataset-config.ts";
export { findImages } from "./find-images.ts";
export {
  type DatasetEntry,
  type KeypointSpec,
  type LabeledObjects,
  type LabelFormat,
  type LabelKind,
  type Labels,
  labelPath,
} from "./labels.ts";
export type { AugmentSettings } from "./loader/job.ts";
export type { MaskOptions } from "./loader/label-targets.ts";
export type { BatchLoaderOptions } from "./loader/loader-options.ts";
export { parseLabels } from "./parse-labels.ts";
export type { DataProblem, ProblemKind } from "./problem.ts";
export { readDatasetConfig } from "./read-dataset-config.ts";
export { type BatchPlan, type RectangularOptions, rectangularBatches } from "./rectangular.ts";
export { classWeights, imageWeights, type LabeledImage } from "./samplers/image-weights.ts";
export { type BatchShare, type Sharer, shareOf } from "./samplers/share-batch.ts";
export { type GeneratedShapes, type GenerateShapesOptions, generateShapes } from "./shapes/generate-shapes.ts";
export {
  type GeneratedShapesVideo,
  type GenerateShapesVideoOptions,
  generateShapesVideo,
} from "./shapes/generate-shapes-video.ts";
export { type ShapeName, shapeNames } from "./shapes/outline.ts";
export { type SplitClassesOptions, splitClasses } from "./split/split-classes.ts";
export { type SplitOptions, type SplitResult, splitImages } from "./split/split-images.ts";
export {
  type BoxTable,
  type ClassStatistics,
  type DatasetStatistics,
  datasetStatistics,
} from "./statistics/dataset-statistics.ts";
export type { OnProgress } from "./verify/verify-images.ts";
