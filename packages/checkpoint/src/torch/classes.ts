/**
 * Classes that may stand in checkpoints as inert records: where they are defined, and their names. Of Ultralytics' modules any
 * class may: those of families newer than the ones known are reported where a model is built, by their names.
 */
const classes: readonly [home: RegExp, names: string][] = [
  [
    /^torch\.nn\.modules\.(activation|batchnorm|container|conv|dropout|flatten|linear|module|normalization|padding)$/,
    `Module ReLU ReLU6 LeakyReLU PReLU ELU SELU GELU SiLU Mish Sigmoid Tanh Softmax Softplus Hardswish Hardsigmoid
    Hardtanh MultiheadAttention BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm Sequential ModuleList ModuleDict
    ParameterList ParameterDict Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d Dropout Dropout2d Flatten Unflatten
    Identity Linear NonDynamicallyQuantizableLinear LayerNorm GroupNorm ZeroPad2d ConstantPad2d ReflectionPad2d
    ReplicationPad2d`,
  ],
  [
    /^torch\.nn\.modules\.(fold|instancenorm|loss|pixelshuffle|pooling|sparse|transformer|upsampling)$/,
    `Fold Unfold InstanceNorm2d BCELoss BCEWithLogitsLoss CrossEntropyLoss L1Loss SmoothL1Loss MSELoss NLLLoss
    PixelShuffle PixelUnshuffle MaxPool1d MaxPool2d AvgPool1d AvgPool2d AdaptiveAvgPool1d AdaptiveAvgPool2d
    AdaptiveMaxPool2d Embedding TransformerEncoder TransformerEncoderLayer Upsample UpsamplingNearest2d
    UpsamplingBilinear2d`,
  ],
  [/^torch\.nn\.parameter$/, "Parameter Buffer"],
  [/^torch\.nn\.parallel\.(data_parallel|distributed)$/, "DataParallel DistributedDataParallel"],
  // Modules of PyTorch before 1.1 refer to it
  [/^torch\.nn\.backends\.thnn$/, "_get_thnn_function_backend"],
  [/^torchvision\.transforms\.transforms$/, "Compose Resize CenterCrop ToTensor Normalize"],
  [/^torchvision\.transforms\.functional$/, "InterpolationMode"],
  // YOLOv3 and YOLOv5, as a folder or as the package
  [
    /^(yolov5\.)?models\.(yolo|common|experimental)$/,
    `Model BaseModel DetectionModel SegmentationModel ClassificationModel Detect Segment Classify Proto Ensemble Sum
    AutoShape autoShape NMS Flatten Conv DWConv DWConvTranspose2d MixConv2d CrossConv GhostConv GhostBottleneck Focus
    Contract Expand Concat Bottleneck BottleneckCSP C3 C3x C3TR C3SPP C3Ghost SPP SPPF TransformerLayer
    TransformerBlock`,
  ],
  [/^(yolov5\.)?utils\.activations$/, "SiLU Hardswish MemoryEfficientMish Mish FReLU AconC MetaAconC"],
  [/^ultralytics\.(yolo\.)?utils$/, "IterableSimpleNamespace"],
  [
    /^ultralytics\.(yolo\.)?utils\.(loss|tal)$/,
    `v8DetectionLoss v8SegmentationLoss v8PoseLoss v8ClassificationLoss v8OBBLoss E2EDetectLoss E2ELoss BboxLoss
    RotatedBboxLoss DFLoss KeypointLoss VarifocalLoss FocalLoss TaskAlignedAssigner RotatedTaskAlignedAssigner`,
  ],
];

const allowed: readonly [home: RegExp, names: ReadonlySet<string>][] = classes.map(([home, names]) => [
  home,
  new Set(names.split(/\s+/)),
]);

/** Ultralytics' modules, one file of them at first, and models. */
const ultralytics = /^ultralytics\.nn\.(modules(\.[a-z]+)?|tasks)$/;

/** How classes are named there: `C3k2`, `v10Detect`; functions begin with a small letter, or with an underscore. */
const className = /^([A-Z]|v\d+[A-Z])[A-Za-z0-9]*$/;

/** Whether a class is a part of models, of their losses or of their training arguments. */
export function isModelClass(module: string, name: string): boolean {
  if (ultralytics.test(module) && className.test(name)) return true;
  return allowed.some(([home, names]) => home.test(module) && names.has(name));
}
