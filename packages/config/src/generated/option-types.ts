// Generated from the option schema: `npm run generate` rewrites it.

/** Keys of a recipe: hyper-parameters under the names of YOLO's files, and training settings. */
export interface RecipeArgs {
  /** Optimizer. Default: auto, YOLOv5 SGD. */
  optimizer?: "auto" | "SGD" | "MuSGD" | "Adam" | "AdamW" | "NAdam" | "RAdam" | "RMSProp";
  /** Learning rate after warm-up. Default: 0.01. */
  lr0?: number;
  /** Final learning rate as a fraction of lr0. Default: 0.01. */
  lrf?: number;
  /** Let the learning rate fall along a cosine. Default: false. */
  cos_lr?: boolean;
  /** Momentum of SGD, β₁ of Adam. Default: 0.937. */
  momentum?: number;
  /** Weight decay. Default: 0.0005. */
  weight_decay?: number;
  /** Epochs of warm-up. Default: 3. */
  warmup_epochs?: number;
  /** Momentum at the start of warm-up. Default: 0.8. */
  warmup_momentum?: number;
  /** Learning rate of biases at the start of warm-up. Default: 0.1. */
  warmup_bias_lr?: number;
  /** Nominal batch size: gradients of smaller batches are accumulated up to it. Default: 64. */
  nbs?: number;
  /** Gain of the box loss. Default: 7.5, YOLOv5 0.05. */
  box?: number;
  /** Gain of the class loss. Default: 0.5. */
  cls?: number;
  /** Gain of the distribution focal loss. Default: YOLOv8 to YOLO26 1.5. */
  dfl?: number;
  /** Gain of the keypoints' loss. Default: YOLOv8 to YOLO26 12. */
  pose?: number;
  /** Gain of the keypoints' visibility. Default: YOLOv8 to YOLO26 1. */
  kobj?: number;
  /** Gain of the objectness loss. Default: YOLOv5 1. */
  obj?: number;
  /** Weight of positives in the class loss. Default: YOLOv5 1. */
  cls_pw?: number;
  /** Weight of positives in the objectness loss. Default: YOLOv5 1. */
  obj_pw?: number;
  /** Exponent of the focal loss; 0 turns it off. Default: YOLOv5 0. */
  fl_gamma?: number;
  /** IoU from which a box counts as trained; without effect, kept because hyper-parameter files have it. Default: YOLOv5 0.2. */
  iou_t?: number;
  /** Largest ratio of a target's side to an anchor's. Default: YOLOv5 4. */
  anchor_t?: number;
  /** Anchors per level, fitted to the data set (YOLOv5). Default: the model's own. */
  anchors?: number;
  /** Label smoothing (YOLOv5). Default: 0. */
  label_smoothing?: number;
  /** Largest change of hue, as a fraction of the color circle. Default: 0.015. */
  hsv_h?: number;
  /** Largest change of saturation, as a fraction of it. Default: 0.7. */
  hsv_s?: number;
  /** Largest change of brightness, as a fraction of it. Default: 0.4. */
  hsv_v?: number;
  /** Largest rotation, in degrees. Default: 0. */
  degrees?: number;
  /** Largest translation as a fraction of the side. Default: 0.1. */
  translate?: number;
  /** Largest change of scale: factors are from 1 − scale to 1 + scale. Default: 0.5. */
  scale?: number;
  /** Largest shear, in degrees. Default: 0. */
  shear?: number;
  /** Largest perspective coefficient per pixel; up to 0.001 is sensible. Default: 0. */
  perspective?: number;
  /** Probability of a vertical flip. Default: 0. */
  flipud?: number;
  /** Probability of a horizontal flip. Default: 0.5. */
  fliplr?: number;
  /** Probability of swapping red and blue. Default: YOLOv8 to YOLO26 0. */
  bgr?: number;
  /** Probability of a mosaic. Default: 1. */
  mosaic?: number;
  /** Probability of MixUp. Default: 0. */
  mixup?: number;
  /** Probability of CutMix. Default: YOLOv8 to YOLO26 0. */
  cutmix?: number;
  /** Probability that objects with outlines are copied. Default: 0. */
  copy_paste?: number;
  /** Policy of color and geometry changes (classify). Default: YOLOv8 to YOLO26 randaugment. */
  auto_augment?: "randaugment" | "autoaugment" | "augmix" | "none";
  /** Probability that a part of the image is erased (classify). Default: YOLOv8 to YOLO26 0.4. */
  erasing?: number;
  /** Last epochs without mosaic. Default: 10, YOLOv5 0. */
  close_mosaic?: number;
  /** Minimum iterations of warm-up: 100 in YOLOv8 8.3; 0 (8.4) has no minimum and never warms up in the last epoch. Default: 0, YOLOv5 100. */
  warmup_iterations?: number;
  /** Masks of an image share one map, smaller objects on top; otherwise each object has its own. Default: true. */
  overlap_mask?: boolean;
  /** How many times smaller than the images masks are that are learned. Default: 4. */
  mask_ratio?: number;
  /** Share of the features that classification drops while training. Default: 0. */
  dropout?: number;
  /** Largest global norm of the gradients; 0 does not clip. Default: 10. */
  clip?: number;
  /** Decay of the weights' moving average (EMA); 0 turns it off. Default: 0.9999. */
  ema_decay?: number;
  /** Optimizer steps over which the decay ramps up. Default: 2000. */
  ema_tau?: number;
  /** Weights of the levels' objectness loss. Default: YOLOv5 fixed. */
  balance?: "fixed" | "auto" | "learned";
  /** Where copied objects come from: the mirrored image, or another one. Default: YOLOv8 to YOLO26 flip. */
  copy_paste_mode?: "flip" | "mixup";
}

/** Settings of a tracker: the keys of its YAML file. */
export interface TrackerSettings {
  /** Algorithm. Default: botsort. */
  tracker_type: "bytetrack" | "botsort";
  /** Score from which detections are matched first. Default: 0.25. */
  track_high_thresh: number;
  /** Score above which detections continue tracks that are left. Default: 0.1. */
  track_low_thresh: number;
  /** Score from which an unmatched detection starts a track. Default: 0.25. */
  new_track_thresh: number;
  /** Frames for which a lost track can be found again, at 30 frames a second. Default: 30. */
  track_buffer: number;
  /** Largest cost of a match, 1 − IoU. Default: 0.8. */
  match_thresh: number;
  /** Multiply the IoU by the detection's score. Default: true. */
  fuse_score: boolean;
  /** Frames a second; scales track_buffer. Default: 30. */
  frame_rate: number;
  /** How the motion of the camera is estimated; all but none are sparseOptFlow here (BoT-SORT). Default: sparseOptFlow. */
  gmc_method: "none" | "sparseOptFlow" | "orb" | "sift" | "ecc";
  /** Smallest IoU at which appearance counts (BoT-SORT). Default: 0.5. */
  proximity_thresh: number;
  /** Smallest likeness, (1 + cosine) / 2, at which appearance counts (BoT-SORT). Default: 0.8. */
  appearance_thresh: number;
  /** Match by appearance, too: by the colors in the boxes (BoT-SORT). Default: false. */
  with_reid: boolean;
  /** What recognizes objects; auto, their colors, is all there is (BoT-SORT). Default: auto. */
  model: string;
}

/** Options of `predict` in the library. */
export interface PredictArgs {
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one. Default: 640. */
  imgsz?: number;
  /** Detections need a confidence above this. Default: 0.25. */
  conf?: number;
  /** Of two boxes of a class with an IoU above this, the one with the lower confidence is dropped. Default: 0.7, YOLOv5 0.45. */
  iou?: number;
  /** Maximum detections per image. Default: 300. */
  maxDet?: number;
  /** Suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once. Default: true. */
  nms?: boolean;
  /** Names or numbers of the classes to detect. Default: all. */
  classes?: readonly (number | string)[];
  /** Let boxes of different classes suppress each other. Default: false. */
  agnosticNms?: boolean;
  /** Test-time augmentation: detect in the image, mirrored at 83 %, and at 67 % of its size. Default: false. */
  augment?: boolean;
  /** Pad images only to the next multiple of the stride, not to a square. Default: true. */
  rect?: boolean;
  /** Half precision, on GPUs. Default: false. */
  half?: boolean;
  /** Make masks in pixels of the image, finer and slower. Default: false. */
  retinaMasks?: boolean;
  /** Images per batch; more than one pays on GPUs. Default: 1. */
  batch?: number;
  /** Threads that process images in parallel. Default: one per core, for many images. */
  workers?: number;
  /** Process every n-th frame of videos. Default: 1. */
  vidStride?: number;
  /** Process every frame of cameras and broadcasts, not just the newest. Default: false. */
  streamBuffer?: boolean;
  /** Save images and videos with boxes drawn on them. Default: false. */
  save?: boolean;
  /** Also save a video's frames as images. Default: false. */
  saveFrames?: boolean;
  /** Save detections as label files in labels/. Default: false. */
  saveTxt?: boolean;
  /** With confidences in the label files. Default: false. */
  saveConf?: boolean;
  /** Save every detection cut out, in crops/. Default: false. */
  saveCrop?: boolean;
  /** Save predictions.json in the format of COCO's evaluation. Default: false. */
  saveJson?: boolean;
  /** Write class names on boxes. Default: true. */
  showLabels?: boolean;
  /** Write confidences on boxes. Default: true. */
  showConf?: boolean;
  /** Draw boxes. Default: true. */
  showBoxes?: boolean;
  /** Line width of boxes, in pixels. Default: from the image's size. */
  lineWidth?: number;
  /** Folder for results. Default: runs. */
  project?: string;
  /** Subfolder for this run; a number is added if it exists. Default: predict. */
  name?: string;
  /** Write into the subfolder even if it exists. Default: false. */
  existOk?: boolean;
}

/** Options of `lookonce predict` once defaults are filled in. */
export interface PredictValues {
  model: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  source: string;
  imgsz?: number;
  conf?: number;
  iou?: number;
  maxDet?: number;
  nms: boolean;
  classes?: readonly (number | string)[];
  agnosticNms: boolean;
  augment: boolean;
  rect: boolean;
  half: boolean;
  retinaMasks: boolean;
  batch: number;
  workers?: number;
  vidStride: number;
  streamBuffer: boolean;
  save: boolean;
  saveFrames: boolean;
  saveTxt: boolean;
  saveConf: boolean;
  saveCrop: boolean;
  saveJson: boolean;
  showLabels: boolean;
  showConf: boolean;
  showBoxes: boolean;
  lineWidth?: number;
  project: string;
  name: string;
  existOk: boolean;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
  queue?: string;
  storage?: string;
  endpoint?: string;
  priority: "high" | "normal" | "low";
  shard: number;
  job?: string;
  json: boolean;
}

/** Options of `track` in the library. */
export interface TrackArgs {
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one. Default: 640. */
  imgsz?: number;
  /** Detections need a confidence above this; weak ones continue tracks only. Default: 0.1. */
  conf?: number;
  /** Of two boxes of a class with an IoU above this, the one with the lower confidence is dropped. Default: 0.7, YOLOv5 0.45. */
  iou?: number;
  /** Maximum detections per image. Default: 300. */
  maxDet?: number;
  /** Suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once. Default: true. */
  nms?: boolean;
  /** Names or numbers of the classes to detect. Default: all. */
  classes?: readonly (number | string)[];
  /** Let boxes of different classes suppress each other. Default: false. */
  agnosticNms?: boolean;
  /** Test-time augmentation: detect in the image, mirrored at 83 %, and at 67 % of its size. Default: false. */
  augment?: boolean;
  /** Pad images only to the next multiple of the stride, not to a square. Default: true. */
  rect?: boolean;
  /** Half precision, on GPUs. Default: false. */
  half?: boolean;
  /** Make masks in pixels of the image, finer and slower. Default: false. */
  retinaMasks?: boolean;
  /** Images per batch; more than one pays on GPUs. Default: 1. */
  batch?: number;
  /** Threads that process images in parallel. Default: one per core, for many images. */
  workers?: number;
  /** Process every n-th frame of videos. Default: 1. */
  vidStride?: number;
  /** Process every frame of cameras and broadcasts, not just the newest. Default: false. */
  streamBuffer?: boolean;
  /** Save images and videos with boxes drawn on them. Default: false. */
  save?: boolean;
  /** Also save a video's frames as images. Default: false. */
  saveFrames?: boolean;
  /** Save tracks in MOTChallenge's form in tracks/. Default: false. */
  saveTxt?: boolean;
  /** Without effect: tracks are always saved with confidences. Default: false. */
  saveConf?: boolean;
  /** Save every detection cut out, in crops/. Default: false. */
  saveCrop?: boolean;
  /** Save predictions.json in the format of COCO's evaluation. Default: false. */
  saveJson?: boolean;
  /** Write class names on boxes. Default: true. */
  showLabels?: boolean;
  /** Write confidences on boxes. Default: true. */
  showConf?: boolean;
  /** Draw boxes. Default: true. */
  showBoxes?: boolean;
  /** Line width of boxes, in pixels. Default: from the image's size. */
  lineWidth?: number;
  /** Folder for results. Default: runs. */
  project?: string;
  /** Subfolder for this run; a number is added if it exists. Default: track. */
  name?: string;
  /** Write into the subfolder even if it exists. Default: false. */
  existOk?: boolean;
  /** Bytetrack.yaml, botsort.yaml or a file of your own. Default: botsort.yaml. */
  tracker?: string;
  /** Keep identities from one video, or one call of the library, to the next. Default: false. */
  persist?: boolean;
  /** Frames for which the way of an object is drawn; 0 draws none. Default: 30. */
  trails?: number;
  /** Lines and zones to count objects at. */
  zones?: string;
  /** With zones, save what happens as it happens, in events.csv and events.jsonl. Default: false. */
  saveEvents?: boolean;
}

/** Options of `lookonce track` once defaults are filled in. */
export interface TrackValues {
  model: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  source: string;
  imgsz?: number;
  conf: number;
  iou?: number;
  maxDet?: number;
  nms: boolean;
  classes?: readonly (number | string)[];
  agnosticNms: boolean;
  augment: boolean;
  rect: boolean;
  half: boolean;
  retinaMasks: boolean;
  batch: number;
  workers?: number;
  vidStride: number;
  streamBuffer: boolean;
  save: boolean;
  saveFrames: boolean;
  saveTxt: boolean;
  saveConf: boolean;
  saveCrop: boolean;
  saveJson: boolean;
  showLabels: boolean;
  showConf: boolean;
  showBoxes: boolean;
  lineWidth?: number;
  project: string;
  name: string;
  existOk: boolean;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
  queue?: string;
  storage?: string;
  endpoint?: string;
  priority: "high" | "normal" | "low";
  shard: number;
  job?: string;
  json: boolean;
  tracker: string;
  persist: boolean;
  trails: number;
  zones?: string;
  saveEvents: boolean;
}

/** Options of `train` in the library. */
export interface TrainArgs {
  /** Data set file (required, unless resume). */
  data?: string;
  /** Resume although images or classes of the data set have changed since. Default: false. */
  resumeChanged?: boolean;
  /** Epochs to train. Default: 100. */
  epochs?: number;
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default. Default: 640. */
  imgsz?: number;
  /** Images per batch; -1 finds the largest that fits into memory. Default: 16. */
  batch?: number;
  /** Train in mixed precision. Default: on GPUs that are faster so. */
  amp?: boolean;
  /** Validate after every epoch, only the last, or never. Default: every. */
  val?: "every" | "last" | "never";
  /** Epochs without improvement after which training stops; 0 never stops. Default: 100. */
  patience?: number;
  /** Hours after which training stops. Default: no limit. */
  time?: number;
  /** Save a checkpoint every n epochs; 0 saves none but the last and the best. Default: 0. */
  savePeriod?: number;
  /** Layers to freeze: 10 is the first ten, 0,1,2 are these. */
  freeze?: number | readonly number[];
  /** Batches of images of similar shape, without shuffling, mosaic, MixUp and CutMix. Default: false. */
  rect?: boolean;
  /** Vary the image size from batch to batch, ±50 %. Default: false. */
  multiScale?: boolean;
  /** Sample images with classes of low mAP more often. Default: false. */
  imageWeights?: boolean;
  /** Treat all objects as one class. Default: false. */
  singleCls?: boolean;
  /** Share of the training images to use. Default: 1. */
  fraction?: number;
  /** Seed of the order of images, augmentation and random weights. Default: 0. */
  seed?: number;
  /** Threads that decode and augment. Default: one fewer than cores. */
  workers?: number;
  /** Where decoded images are cached. Default: auto. */
  cache?: "auto" | "ram" | "disk" | "none";
  /** Fit YOLOv5's anchors to the data set where they do not fit (AutoAnchor). Default: true. */
  autoAnchor?: boolean;
  /** Hyper-parameters to start from: a preset such as v5-scratch-high, or a YAML file. */
  hyp?: string;
  /** Plot labels, batches, results and the validation of the best weights. Default: true. */
  plots?: boolean;
  /** Write an event file for TensorBoard. Default: true. */
  tensorboard?: boolean;
  /** Processes that share every batch, started on this machine by MPI; mpirun and srun set it themselves. Default: 1. */
  ranks?: number;
  /** Of several ranks: BatchNorm and losses normalize by the whole batch, as one rank would. Default: false. */
  syncBn?: boolean;
  /** Seconds after which ranks that do not answer end the training. Default: 600. */
  rankTimeout?: number;
  /** Of several ranks: send gradients in half precision. Default: false. */
  halfGradients?: boolean;
  /** Folder for results. Default: runs. */
  project?: string;
  /** Subfolder for this run; a number is added if it exists. Default: train. */
  name?: string;
  /** Write into the subfolder even if it exists. Default: false. */
  existOk?: boolean;
  /** What differs from the recipe of the model's family. */
  recipe?: RecipeArgs;
}

/** Options of `lookonce train` once defaults are filled in. */
export interface TrainValues {
  model?: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  data?: string;
  resume?: string;
  metrics?: string;
  mlflow?: string;
  evolve?: number;
  resumeChanged: boolean;
  epochs: number;
  imgsz?: number;
  batch: number;
  amp?: boolean;
  val: "every" | "last" | "never";
  patience: number;
  time?: number;
  savePeriod: number;
  freeze?: number | readonly number[];
  rect: boolean;
  multiScale: boolean;
  imageWeights: boolean;
  singleCls: boolean;
  fraction: number;
  seed: number;
  workers?: number;
  cache: "auto" | "ram" | "disk" | "none";
  autoAnchor: boolean;
  hyp?: string;
  plots: boolean;
  tensorboard: boolean;
  ranks: number;
  syncBn: boolean;
  rankTimeout: number;
  halfGradients: boolean;
  project: string;
  name: string;
  existOk: boolean;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
  /** What differs from the recipe of the model's family. */
  recipe?: RecipeArgs;
}

/** Options of `val` in the library. */
export interface ValArgs {
  /** Data set file. */
  data: string;
  /** Split of the data set. Default: val. */
  split?: "val" | "test" | "train";
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one. Default: 640. */
  imgsz?: number;
  /** Images per batch. Default: 16. */
  batch?: number;
  /** Detections need a confidence above this. Default: 0.001. */
  conf?: number;
  /** Of two boxes of a class with an IoU above this, the one with the lower confidence is dropped. Default: 0.7, YOLOv5 0.6. */
  iou?: number;
  /** Maximum detections per image. Default: 300. */
  maxDet?: number;
  /** Suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once. Default: true. */
  nms?: boolean;
  /** Batches of images of similar shape, with little padding. Default: true. */
  rect?: boolean;
  /** Treat all objects as one class. Default: false. */
  singleCls?: boolean;
  /** Threads that read images ahead. Default: one fewer than cores. */
  workers?: number;
  /** Plot the confusion matrix, curves, and labels and detections of the first batches. Default: false. */
  plots?: boolean;
  /** Save predictions.json in the format of COCO's evaluation. Default: false. */
  saveJson?: boolean;
  /** With save_json: number categories as COCO's annotations, 1 to 90. Default: false. */
  cocoIds?: boolean;
  /** Save detections as label files in labels/. Default: false. */
  saveTxt?: boolean;
  /** With confidences in the label files. Default: false. */
  saveConf?: boolean;
  /** Folder for results. Default: runs. */
  project?: string;
  /** Subfolder for this run; a number is added if it exists. Default: val. */
  name?: string;
  /** Write into the subfolder even if it exists. Default: false. */
  existOk?: boolean;
}

/** Options of `lookonce val` once defaults are filled in. */
export interface ValValues {
  model: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  data: string;
  split: "val" | "test" | "train";
  imgsz?: number;
  batch: number;
  conf?: number;
  iou?: number;
  maxDet?: number;
  nms: boolean;
  rect: boolean;
  singleCls: boolean;
  workers?: number;
  plots: boolean;
  saveJson: boolean;
  cocoIds: boolean;
  saveTxt: boolean;
  saveConf: boolean;
  project: string;
  name: string;
  existOk: boolean;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
  queue?: string;
  storage?: string;
  endpoint?: string;
  priority: "high" | "normal" | "low";
  shard: number;
  job?: string;
}

/** Options of `val track` in the library. */
export interface ValTrackArgs {
  /** Sequences in MOTChallenge's form: NAME/gt/gt.txt and NAME/img1, or one of them. */
  source: string;
  /** Score these files, NAME.txt each, and run no model. */
  tracks?: string;
  /** Bytetrack.yaml, botsort.yaml or a file of your own. Default: botsort.yaml. */
  tracker?: string;
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one. Default: 640. */
  imgsz?: number;
  /** Detections need a confidence above this; weak ones continue tracks only. Default: 0.1. */
  conf?: number;
  /** Of two boxes of a class with an IoU above this, the one with the lower confidence is dropped. Default: 0.7, YOLOv5 0.45. */
  iou?: number;
  /** Maximum detections per image. Default: 300. */
  maxDet?: number;
  /** Suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once. Default: true. */
  nms?: boolean;
}

/** Options of `lookonce val track` once defaults are filled in. */
export interface ValTrackValues {
  model?: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  source: string;
  tracks?: string;
  tracker: string;
  imgsz?: number;
  conf: number;
  iou?: number;
  maxDet?: number;
  nms: boolean;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
}

/** Options of `evolve` in the library. */
export interface EvolveArgs {
  /** Data set file (required, unless resume). */
  data?: string;
  /** Resume a stopped evolution: its folder. */
  resume?: string;
  /** Number of trainings. Default: 300. */
  generations?: number;
  /** Trainings with the same parents, which can run at the same time. Default: 1, with queue 8. */
  offspring?: number;
  /** Epochs of each training. Default: 10. */
  epochs?: number;
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default. Default: 640. */
  imgsz?: number;
  /** Images per batch; -1 finds the largest that fits into memory. Default: 16. */
  batch?: number;
  /** Train in mixed precision. Default: on GPUs that are faster so. */
  amp?: boolean;
  /** Epochs to validate after. Default: last. */
  val?: "last" | "every";
  /** Epochs without improvement after which training stops; 0 never stops. Default: 100. */
  patience?: number;
  /** Hours after which training stops. Default: no limit. */
  time?: number;
  /** Save a checkpoint every n epochs; 0 saves none but the last and the best. Default: 0. */
  savePeriod?: number;
  /** Layers to freeze: 10 is the first ten, 0,1,2 are these. */
  freeze?: number | readonly number[];
  /** Batches of images of similar shape, without shuffling, mosaic, MixUp and CutMix. Default: false. */
  rect?: boolean;
  /** Vary the image size from batch to batch, ±50 %. Default: false. */
  multiScale?: boolean;
  /** Sample images with classes of low mAP more often. Default: false. */
  imageWeights?: boolean;
  /** Treat all objects as one class. Default: false. */
  singleCls?: boolean;
  /** Share of the training images to use. Default: 1. */
  fraction?: number;
  /** Seed of the order of images, augmentation and random weights. Default: 0. */
  seed?: number;
  /** Threads that decode and augment. Default: one fewer than cores. */
  workers?: number;
  /** Where decoded images are cached. Default: auto. */
  cache?: "auto" | "ram" | "disk" | "none";
  /** Fit YOLOv5's anchors to the data set where they do not fit (AutoAnchor). Default: true. */
  autoAnchor?: boolean;
  /** Hyper-parameters to start from: a preset such as v5-scratch-high, or a YAML file. */
  hyp?: string;
  /** Folder for results. Default: runs. */
  project?: string;
  /** Subfolder for this run; a number is added if it exists. Default: evolve. */
  name?: string;
  /** Write into the subfolder even if it exists. Default: false. */
  existOk?: boolean;
  /** What differs from the recipe of the model's family. */
  recipe?: RecipeArgs;
}

/** Options of `lookonce evolve` once defaults are filled in. */
export interface EvolveValues {
  model?: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  data?: string;
  resume?: string;
  generations?: number;
  offspring?: number;
  epochs: number;
  imgsz?: number;
  batch: number;
  amp?: boolean;
  val: "last" | "every";
  patience: number;
  time?: number;
  savePeriod: number;
  freeze?: number | readonly number[];
  rect: boolean;
  multiScale: boolean;
  imageWeights: boolean;
  singleCls: boolean;
  fraction: number;
  seed: number;
  workers?: number;
  cache: "auto" | "ram" | "disk" | "none";
  autoAnchor: boolean;
  hyp?: string;
  project: string;
  name: string;
  existOk: boolean;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
  queue?: string;
  storage?: string;
  endpoint?: string;
  priority: "high" | "normal" | "low";
  /** What differs from the recipe of the model's family. */
  recipe?: RecipeArgs;
}

/** Options of `lookonce launch` once defaults are filled in. */
export interface LaunchValues {
  ranks?: number;
  restarts: number;
  restartDelay: number;
  hosts?: string;
  launcher?: string;
}

/** Options of `anchors` in the library. */
export interface AnchorsArgs {
  /** Data set file. */
  data: string;
  /** Split of the data set. Default: train. */
  split?: string;
  /** A YOLOv5 model to compare with. */
  model?: string;
  /** Number of anchors. Default: as many as the model has, or 9. */
  n?: number;
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride. Default: 640. */
  imgsz?: number;
  /** Largest ratio of a box's side to an anchor's. Default: 4. */
  anchorT?: number;
  /** Generations of the genetic algorithm after k-means. Default: 1000. */
  gen?: number;
  /** Seed of the search. Default: 0. */
  seed?: number;
}

/** Options of `lookonce anchors` once defaults are filled in. */
export interface AnchorsValues {
  data: string;
  split: string;
  model?: string;
  n?: number;
  imgsz: number;
  anchorT: number;
  gen: number;
  seed: number;
}

/** Options of `info` in the library. */
export interface InfoArgs {
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default. Default: 640. */
  imgsz?: number;
  /** Also every parameter tensor, with its mean and deviation. Default: false. */
  detailed?: boolean;
}

/** Options of `lookonce info` once defaults are filled in. */
export interface InfoValues {
  model: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  imgsz?: number;
  detailed: boolean;
  vs?: string;
  graph?: string;
}

/** Options of `export` in the library. */
export interface ExportArgs {
  /** Format; on the command line several with commas between. Default: by the file's ending, else onnx. */
  format?: string;
  /** Side of the images, or height and width, in pixels; rounded up to the model's stride; by default that of the model's training, where its file names one. Default: 640. */
  imgsz?: number | readonly [height: number, width: number];
  /** Images per batch. Default: 1. */
  batch?: number;
  /** Any number of images, with onnx also of any size (onnx, tfjs, saved_model). Default: false. */
  dynamic?: boolean;
  /** Half precision: files of half the size. Default: false. */
  half?: boolean;
  /** 8 bits: files of a quarter of the size (onnx with data, tfjs). Default: false. */
  int8?: boolean;
  /** With int8: data set whose images calibrate the ranges. */
  data?: string;
  /** With int8: share of these images. Default: at most 300 images. */
  fraction?: number;
  /** True: suppression inside the graph, which then outputs boxes; false: of YOLO26 and YOLOv10 the one-to-one branch, which outputs boxes, too (onnx). Default: neither: predictions of all anchors. */
  nms?: boolean;
  /** With nms: boxes need a confidence above this. Default: 0.25. */
  conf?: number;
  /** With nms: of two boxes with an IoU above this, the one with the lower confidence is dropped. Default: 0.7, YOLOv5 0.45. */
  iou?: number;
  /** With nms=true or false: maximum boxes per image. Default: 300. */
  maxDet?: number;
  /** With nms: let boxes of different classes suppress each other. Default: false. */
  agnosticNms?: boolean;
  /** Version of ONNX's operators (onnx). Default: 17. */
  opset?: number;
  /** File or folder to write. Default: beside the model. */
  file?: string;
}

/** Options of `lookonce export` once defaults are filled in. */
export interface ExportValues {
  model: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  format?: readonly string[];
  imgsz?: number | readonly [height: number, width: number];
  batch?: number;
  dynamic: boolean;
  half: boolean;
  int8: boolean;
  data?: string;
  fraction?: number;
  nms?: boolean;
  conf?: number;
  iou?: number;
  maxDet?: number;
  agnosticNms: boolean;
  opset?: number;
  file?: string;
}

/** Options of `data check` in the library. */
export interface DataCheckArgs {
  /** Data set file. */
  data: string;
  /** Task whose labels the data set has. Default: pose with kpt_shape, classify for a folder, else detect. */
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  /** Splits to check, such as train,val. Default: all. */
  splits?: readonly string[];
}

/** Options of `lookonce data check` once defaults are filled in. */
export interface DataCheckValues {
  data: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  splits?: readonly string[];
  show: number;
  strict: boolean;
}

/** Options of `data stats` in the library. */
export interface DataStatsArgs {
  /** Data set file. */
  data: string;
  /** Task whose labels the data set has. Default: pose with kpt_shape, classify for a folder, else detect. */
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  /** Split of the data set. Default: train. */
  split?: string;
  /** Folder for results. Default: runs. */
  project?: string;
  /** Subfolder for this run; a number is added if it exists. Default: data-stats. */
  name?: string;
  /** Write into the subfolder even if it exists. Default: false. */
  existOk?: boolean;
}

/** Options of `lookonce data stats` once defaults are filled in. */
export interface DataStatsValues {
  data: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  split: string;
  show: number;
  project: string;
  name: string;
  existOk: boolean;
}

/** Options of `data sample` in the library. */
export interface DataSampleArgs {
  /** Data set file. */
  data: string;
  /** Task whose labels the data set has. Default: pose with kpt_shape, classify for a folder, else detect. */
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  /** Split of the data set. Default: train. */
  split?: string;
  /** Number of images. Default: 16. */
  n?: number;
  /** Hyper-parameters to augment with: v8, v5-scratch-low, v5-voc, … or none. Default: none. */
  augment?: string;
  /** Hyper-parameter file of the preset's family, instead of it. */
  hyp?: string;
  /** Side of the augmented images, in pixels. Default: 640. */
  imgsz?: number;
  /** Seed of the choice of images and of augmentation. Default: 0. */
  seed?: number;
  /** Folder for results. Default: runs. */
  project?: string;
  /** Subfolder for this run; a number is added if it exists. Default: data-sample. */
  name?: string;
  /** Write into the subfolder even if it exists. Default: false. */
  existOk?: boolean;
}

/** Options of `lookonce data sample` once defaults are filled in. */
export interface DataSampleValues {
  data: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  split: string;
  n: number;
  augment: string;
  hyp?: string;
  imgsz: number;
  seed: number;
  project: string;
  name: string;
  existOk: boolean;
}

/** Options of `data convert` in the library. */
export interface DataConvertArgs {
  /** File of COCO, CVAT, Label Studio, Open Images or Hugging Face, or a folder: VOC's XML files, DOTA's text files, LabelMe's JSON files, masks (gray PNG), Parquet files or ImageFolder. */
  annotations?: string;
  /** Folder of the images (required unless save_images=none, or the annotations have them within or beside them). */
  images?: string;
  /** Folder for the data set, to which splits can be added; with to=, the file or folder. */
  output: string;
  /** Split of the data set. Default: train. */
  split?: "train" | "val" | "test";
  /** Format of the annotations; auto goes by the files. Default: auto. */
  from?: "auto" | "coco" | "voc" | "dota" | "cvat" | "label-studio" | "labelme" | "open-images" | "hugging-face" | "imagefolder" | "masks";
  /** Format to write; other than yolo: the labels of the data set data=. Default: yolo. */
  to?: "yolo" | "coco" | "voc" | "dota" | "cvat" | "label-studio" | "labelme" | "open-images" | "hugging-face" | "imagefolder";
  /** Data set whose labels are written with to=. */
  data?: string;
  /** Link images (needs no space), copy them, or leave them. Default: link. */
  saveImages?: "link" | "copy" | "none";
  /** Write outlines where there are any, not just boxes. Default: false. */
  polygons?: boolean;
  /** Write keypoints. Default: false. */
  keypoints?: boolean;
  /** CVAT, Label Studio, LabelMe, and to=: write oriented boxes. Default: false. */
  rotated?: boolean;
  /** CVAT, Label Studio, LabelMe: keypoints, in the order of their numbers. Default: all. */
  keypointNames?: readonly string[];
  /** VOC, DOTA, masks, LabelMe: list of the files to convert. */
  list?: string;
  /** All but COCO: classes to convert, in the order of their numbers. Default: all. */
  classes?: readonly string[];
  /** VOC, DOTA, CVAT, LabelMe: also convert objects marked as difficult. Default: false. */
  difficult?: boolean;
}

/** Options of `lookonce data convert` once defaults are filled in. */
export interface DataConvertValues {
  annotations?: string;
  images?: string;
  output: string;
  split: "train" | "val" | "test";
  from: "auto" | "coco" | "voc" | "dota" | "cvat" | "label-studio" | "labelme" | "open-images" | "hugging-face" | "imagefolder" | "masks";
  to: "yolo" | "coco" | "voc" | "dota" | "cvat" | "label-studio" | "labelme" | "open-images" | "hugging-face" | "imagefolder";
  data?: string;
  saveImages: "link" | "copy" | "none";
  polygons: boolean;
  keypoints: boolean;
  rotated: boolean;
  keypointNames?: readonly string[];
  list?: string;
  classes?: readonly string[];
  difficult: boolean;
}

/** Options of `data split` in the library. */
export interface DataSplitArgs {
  /** Folder of the images; the lists are written beside it. */
  images: string;
  /** Shares of train, val and test. Default: 0.9,0.1,0. */
  weights?: readonly number[];
  /** Seed of the split. Default: 0. */
  seed?: number;
  /** Leave out images without labels. Default: false. */
  annotatedOnly?: boolean;
  /** The folder has one for each class: link the images into train/<class> and val/<class>. Default: false. */
  byClass?: boolean;
  /** With by_class: the new folder. Default: the folder with _split. */
  output?: string;
}

/** Options of `lookonce data split` once defaults are filled in. */
export interface DataSplitValues {
  images: string;
  weights?: readonly number[];
  seed: number;
  annotatedOnly: boolean;
  byClass: boolean;
  output?: string;
}

/** Options of `data shapes` in the library. */
export interface DataShapesArgs {
  /** Folder to write to: new, or one of shapes. Default: shapes. */
  output?: string;
  /** Training images. Default: 320. */
  train?: number;
  /** Validation images. Default: 80. */
  val?: number;
  /** Side of the images, in pixels. Default: 160. */
  size?: number;
  /** Task whose labels are drawn. Default: detect. */
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  /** Shapes: circle, square, triangle, star, cross, rectangle, pill, arrow. Default: those of the task. */
  classes?: readonly string[];
  /** Seed of the images. Default: 0. */
  seed?: number;
}

/** Options of `lookonce data shapes` once defaults are filled in. */
export interface DataShapesValues {
  output: string;
  train: number;
  val: number;
  size: number;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  classes?: readonly string[];
  seed: number;
}

/** Options of `benchmark` in the library. */
export interface BenchmarkArgs {
  /** Weights or a model file. */
  model: string;
  /** Data set to score the model on. */
  data: string;
  /** Split of the data set. Default: val. */
  split?: "val" | "test" | "train";
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one. Default: 640. */
  imgsz?: number;
  /** Formats to measure, with commas between. Default: all but tfjs-half and tfjs-int8. */
  format?: readonly ("source" | "onnx" | "onnx-half" | "onnx-int8" | "tfjs" | "tfjs-half" | "tfjs-int8" | "safetensors" | "torch")[];
  /** Devices, with commas between. Default: all that work. */
  device?: readonly ("cpu" | "webgpu" | "cuda")[];
  /** Share of the images to use. Default: 1. */
  fraction?: number;
  /** Processor threads. Default: as many as ONNX Runtime chooses. */
  threads?: number;
  /** Folder to keep the exports in. Default: none. */
  file?: string;
}

/** Options of `lookonce benchmark` once defaults are filled in. */
export interface BenchmarkValues {
  model: string;
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  data: string;
  split: "val" | "test" | "train";
  imgsz?: number;
  format?: readonly ("source" | "onnx" | "onnx-half" | "onnx-int8" | "tfjs" | "tfjs-half" | "tfjs-int8" | "safetensors" | "torch")[];
  device?: readonly ("cpu" | "webgpu" | "cuda")[];
  fraction: number;
  threads?: number;
  file?: string;
}

/** Options of `benchmark sppf` in the library. */
export interface BenchmarkSppfArgs {
  /** Timed passes of each. Default: 100. */
  passes?: number;
}

/** Options of `lookonce benchmark sppf` once defaults are filled in. */
export interface BenchmarkSppfValues {
  passes: number;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
}

/** Options of `quickstart` in the library. */
export interface QuickstartArgs {
  /** Task to show. Default: detect. */
  task?: "detect" | "segment" | "pose" | "obb" | "classify";
  /** Family of the small model; yolo26 detects, with and without suppression. Default: yolov8. */
  model?: "yolov8" | "yolo26";
  /** Folder for results. Default: runs. */
  project?: string;
  /** Subfolder; a number is added if it exists. Default: quickstart. */
  name?: string;
}

/** Options of `lookonce quickstart` once defaults are filled in. */
export interface QuickstartValues {
  task: "detect" | "segment" | "pose" | "obb" | "classify";
  model: "yolov8" | "yolo26";
  project: string;
  name: string;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
}

/** Options of `lookonce init` once defaults are filled in. */
export interface InitValues {
  folder: string;
  classes?: readonly string[];
  model?: string;
}

/** Options of `serve` in the library. */
export interface ServeArgs {
  /** Models to load at the start; the first is the default one. */
  model?: readonly string[];
  /** Port to listen on; 0 for a free one. Default: 8080. */
  port?: number;
  /** Address to listen on; any but this machine's own needs a key. Default: 127.0.0.1. */
  host?: string;
  /** API key, or sha256: and its hash. Default: LOOKONCE_KEY of the environment. */
  key?: string;
  /** API key that may only predict, or sha256: and its hash. Default: LOOKONCE_PREDICT_KEY of the environment. */
  predictKey?: string;
  /** Folders that requests may load models from. */
  models?: readonly string[];
  /** Folders with data sets that requests may train on. */
  data?: readonly string[];
  /** Folder for trainings. Default: runs. */
  runs?: string;
  /** Longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one. Default: 640. */
  imgsz?: number;
  /** Largest imgsz that requests may ask for. Default: 1280. */
  maxImgsz?: number;
  /** Pad images only to the next multiple of the stride, not to a square. Default: true. */
  rect?: boolean;
  /** Suppress duplicates where requests do not say; false: use the one-to-one branch, which every model must have then. Default: true. */
  nms?: boolean;
  /** Where to compute. Default: cpu. */
  device?: "auto" | "cpu" | "webgpu" | "cuda";
  /** Inference workers. Default: one per two cores, at most 4. */
  workers?: number;
  /** Processor threads of a worker. Default: the cores divided among the workers. */
  threads?: number;
  /** Maximum images per batch. Default: 4. */
  batch?: number;
  /** Milliseconds that an image waits for a batch to fill while the workers are busy. Default: 2. */
  window?: number;
  /** Maximum images that wait; more are refused. Default: 256. */
  maxWaiting?: number;
  /** Seconds after which a request times out. Default: 30. */
  timeout?: number;
  /** Maximum MiB of a request. Default: 32. */
  maxBody?: number;
  /** Maximum images of a request. Default: 32. */
  maxImages?: number;
  /** Maximum millions of pixels of an image. Default: 50. */
  maxPixels?: number;
  /** Maximum sessions of tracking open at a time. Default: 64. */
  maxSessions?: number;
  /** Seconds without a frame after which a session of tracking ends. Default: 60. */
  sessionTimeout?: number;
  /** Maximum models loaded at a time. Default: 8. */
  maxModels?: number;
  /** Requests a minute from one address; 0 for no limit. Default: 6000. */
  rate?: number;
  /** Queue whose workers carry out jobs. Default: the service itself. */
  queue?: string;
  /** Folder that the queue's workers share with the service; runs, data and models lie in it. */
  storage?: string;
  /** Origins of web pages that may use the service. */
  cors?: readonly string[];
  /** Further host names of the service. */
  hosts?: readonly string[];
  /** Addresses of proxies whose X-Forwarded-For is trusted. */
  proxies?: readonly string[];
  /** Seconds to finish running work when the service stops. Default: 60. */
  grace?: number;
  /** What is logged, as JSON lines on stderr. Default: errors. */
  log?: "errors" | "requests" | "none";
  /** Send traces by OpenTelemetry, whose OTEL_ variables say where to. Default: whether these variables are set. */
  tracing?: boolean;
}

/** Options of `lookonce serve` once defaults are filled in. */
export interface ServeValues {
  model?: readonly string[];
  port: number;
  host: string;
  key?: string;
  predictKey?: string;
  models?: readonly string[];
  data?: readonly string[];
  runs: string;
  imgsz?: number;
  maxImgsz: number;
  rect: boolean;
  nms: boolean;
  device: "auto" | "cpu" | "webgpu" | "cuda";
  workers?: number;
  threads?: number;
  batch: number;
  window: number;
  maxWaiting: number;
  timeout: number;
  maxBody: number;
  maxImages: number;
  maxPixels: number;
  maxSessions: number;
  sessionTimeout: number;
  maxModels: number;
  rate: number;
  queue?: string;
  storage?: string;
  cors?: readonly string[];
  hosts?: readonly string[];
  proxies?: readonly string[];
  grace: number;
  log: "errors" | "requests" | "none";
  tracing?: boolean;
}

/** Options of `lookonce worker` once defaults are filled in. */
export interface WorkerValues {
  queue?: string;
  concurrency: number;
  cache?: string;
  grace: number;
  metrics?: string;
  device: "auto" | "cpu" | "webgpu" | "cuda" | "tensorflow" | "tensorflow-gpu";
  threads?: number;
}

/** Options of `lookonce jobs` once defaults are filled in. */
export interface JobsValues {
  queue?: string;
  cancel?: string;
  retry?: string;
}

/** Options of `lookonce checks` once defaults are filled in. */
export interface ChecksValues {
}

/** Options of `lookonce cfg` once defaults are filled in. */
export interface CfgValues {
  command?: string;
  format: "yaml" | "table";
  output?: string;
}

/** Options of `lookonce schema` once defaults are filled in. */
export interface SchemaValues {
  of?: "settings" | "recipe" | "data" | "model" | "tracker";
  output?: string;
}

/** Options of `lookonce completion` once defaults are filled in. */
export interface CompletionValues {
  shell: "bash" | "zsh" | "fish";
}

/** Values of all commands' options, by the commands' names. */
export interface CommandValues {
  predict: PredictValues;
  track: TrackValues;
  train: TrainValues;
  val: ValValues;
  "val track": ValTrackValues;
  evolve: EvolveValues;
  launch: LaunchValues;
  anchors: AnchorsValues;
  info: InfoValues;
  export: ExportValues;
  "data check": DataCheckValues;
  "data stats": DataStatsValues;
  "data sample": DataSampleValues;
  "data convert": DataConvertValues;
  "data split": DataSplitValues;
  "data shapes": DataShapesValues;
  benchmark: BenchmarkValues;
  "benchmark sppf": BenchmarkSppfValues;
  quickstart: QuickstartValues;
  init: InitValues;
  serve: ServeValues;
  worker: WorkerValues;
  jobs: JobsValues;
  checks: ChecksValues;
  cfg: CfgValues;
  schema: SchemaValues;
  completion: CompletionValues;
}

/** Options of all commands in the library. */
export interface CommandArgs {
  predict: PredictArgs;
  track: TrackArgs;
  train: TrainArgs;
  val: ValArgs;
  "val track": ValTrackArgs;
  evolve: EvolveArgs;
  launch: object;
  anchors: AnchorsArgs;
  info: InfoArgs;
  export: ExportArgs;
  "data check": DataCheckArgs;
  "data stats": DataStatsArgs;
  "data sample": DataSampleArgs;
  "data convert": DataConvertArgs;
  "data split": DataSplitArgs;
  "data shapes": DataShapesArgs;
  benchmark: BenchmarkArgs;
  "benchmark sppf": BenchmarkSppfArgs;
  quickstart: QuickstartArgs;
  init: object;
  serve: ServeArgs;
  worker: object;
  jobs: object;
  checks: object;
  cfg: object;
  schema: object;
  completion: object;
}
