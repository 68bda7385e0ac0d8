import type * as tf from "@tensorflow/tfjs-core";

/** Kernels of one tensor `x` and no attributes whose output has the same shape. */
export type UnaryName =
  | ("Abs" | "Acos" | "Acosh" | "Asin" | "Asinh" | "Atan" | "Atanh" | "Ceil" | "Cos" | "Cosh" | "Elu" | "Erf")
  | ("Exp" | "Expm1" | "Floor" | "IsFinite" | "IsInf" | "IsNan" | "Log" | "Log1p" | "LogicalNot" | "Neg" | "OnesLike")
  | ("Reciprocal" | "Relu" | "Relu6" | "Round" | "Rsqrt" | "Selu" | "Sigmoid" | "Sign" | "Sin" | "Sinh" | "Softplus")
  | ("Sqrt" | "Square" | "Tan" | "Tanh" | "ZerosLike");

/** Kernels of two tensors `a` and `b` that broadcast against each other. */
export type BinaryName =
  | ("Add" | "Atan2" | "BitwiseAnd" | "Equal" | "FloorDiv" | "Greater" | "GreaterEqual" | "Less" | "LessEqual")
  | ("LogicalAnd" | "LogicalOr" | "Maximum" | "Minimum" | "Mod" | "Multiply" | "NotEqual" | "Pow" | "RealDiv")
  | ("SquaredDifference" | "Sub");

/** A kernel's inputs (a record, or a list of any length), its attributes, and whether it returns several tensors. */
export interface KernelType<I extends object, A extends object = object, O extends "one" | "pair" | "list" = "one"> {
  inputs: I;
  attrs: A;
  outputs: O;
}

/** No tensors at all. */
type NoInputs = Record<never, tf.TensorInfo>;

/** Inputs, attributes and outputs of every kernel, by tfjs-core's name for it; sums over ranks are our own. */
export interface KernelTypes
  extends Record<UnaryName, KernelType<tf.UnaryInputs>>,
    Record<BinaryName, KernelType<tf.BinaryInputs>>,
    Record<"All" | "Any" | "Mean" | "Min" | "Prod" | "Sum", KernelType<tf.SumInputs, tf.SumAttrs>>,
    Record<"ArgMax" | "ArgMin", KernelType<tf.ArgMaxInputs, tf.ArgMaxAttrs>> {
  AddN: KernelType<tf.AddNInputs>;
  AllReduce: KernelType<tf.UnaryInputs, { half: boolean }>;
  AvgPool: KernelType<tf.AvgPoolInputs, tf.AvgPoolAttrs>;
  AvgPoolGrad: KernelType<tf.AvgPoolGradInputs, tf.AvgPoolGradAttrs>;
  BatchMatMul: KernelType<tf.BatchMatMulInputs, tf.BatchMatMulAttrs>;
  BatchToSpaceND: KernelType<tf.BatchToSpaceNDInputs, tf.BatchToSpaceNDAttrs>;
  Bincount: KernelType<tf.BincountInputs, tf.BincountAttrs>;
  Cast: KernelType<tf.CastInputs, tf.CastAttrs>;
  ClipByValue: KernelType<tf.ClipByValueInputs, tf.ClipByValueAttrs>;
  Concat: KernelType<tf.ConcatInputs, tf.ConcatAttrs>;
  Conv2D: KernelType<tf.Conv2DInputs, tf.Conv2DAttrs>;
  Conv2DBackpropFilter: KernelType<tf.Conv2DBackpropFilterInputs, tf.Conv2DBackpropFilterAttrs>;
  Conv2DBackpropInput: KernelType<tf.Conv2DBackpropInputInputs, tf.Conv2DBackpropInputAttrs>;
  CropAndResize: KernelType<tf.CropAndResizeInputs, tf.CropAndResizeAttrs>;
  Cumprod: KernelType<tf.CumprodInputs, tf.CumprodAttrs>;
  Cumsum: KernelType<tf.CumsumInputs, tf.CumsumAttrs>;
  DenseBincount: KernelType<tf.DenseBincountInputs, tf.DenseBincountAttrs>;
  DepthToSpace: KernelType<tf.DepthToSpaceInputs, tf.DepthToSpaceAttrs>;
  DepthwiseConv2dNative: KernelType<tf.DepthwiseConv2dNativeInputs, tf.DepthwiseConv2dNativeAttrs>;
  DepthwiseConv2dNativeBackpropFilter: KernelType<
    tf.DepthwiseConv2dNativeBackpropFilterInputs,
    tf.DepthwiseConv2dNativeBackpropFilterAttrs
  >;
  DepthwiseConv2dNativeBackpropInput: KernelType<
    tf.DepthwiseConv2dNativeBackpropInputInputs,
    tf.DepthwiseConv2dNativeBackpropInputAttrs
  >;
  Diag: KernelType<tf.DiagInputs>;
  Einsum: KernelType<tf.EinsumInputs, tf.EinsumAttrs>;
  EluGrad: KernelType<tf.EluGradInputs>;
  ExpandDims: KernelType<tf.ExpandDimsInputs, tf.ExpandDimsAttrs>;
  Fill: KernelType<NoInputs, tf.FillAttrs>;
  FlipLeftRight: KernelType<tf.FlipLeftRightInputs>;
  FusedBatchNorm: KernelType<
    Record<"x" | "mean" | "variance", tf.TensorInfo> & Partial<Record<"offset" | "scale", tf.TensorInfo>>,
    tf.FusedBatchNormAttrs
  >;
  FusedConv2D: KernelType<tf.FusedConv2DInputs, tf.FusedConv2DAttrs>;
  FusedDepthwiseConv2D: KernelType<tf.FusedDepthwiseConv2DInputs, tf.FusedDepthwiseConv2DAttrs>;
  GatherNd: KernelType<tf.GatherNdInputs>;
  GatherV2: KernelType<tf.GatherV2Inputs, tf.GatherV2Attrs>;
  LRN: KernelType<tf.LRNInputs, tf.LRNAttrs>;
  LRNGrad: KernelType<tf.LRNGradInputs, tf.LRNGradAttrs>;
  LeakyRelu: KernelType<tf.LeakyReluInputs, tf.LeakyReluAttrs>;
  LinSpace: KernelType<NoInputs, tf.LinSpaceAttrs>;
  Max: KernelType<tf.MaxInputs, tf.MaxAttrs>;
  MaxPool: KernelType<tf.MaxPoolInputs, tf.MaxPoolAttrs>;
  MaxPoolGrad: KernelType<tf.MaxPoolGradInputs, tf.MaxPoolGradAttrs>;
  MaxPoolWithArgmax: KernelType<tf.MaxPoolWithArgmaxInputs, tf.MaxPoolWithArgmaxAttrs, "pair">;
  MirrorPad: KernelType<tf.MirrorPadInputs, tf.MirrorPadAttrs>;
  OneHot: KernelType<tf.OneHotInputs, tf.OneHotAttrs>;
  Pack: KernelType<tf.PackInputs, tf.PackAttrs>;
  PadV2: KernelType<tf.PadV2Inputs, tf.PadV2Attrs>;
  Prelu: KernelType<tf.PreluInputs>;
  Range: KernelType<NoInputs, tf.RangeAttrs>;
  Reshape: KernelType<tf.ReshapeInputs, tf.ReshapeAttrs>;
  ResizeBilinear: KernelType<tf.ResizeBilinearInputs, tf.ResizeBilinearAttrs>;
  ResizeBilinearGrad: KernelType<tf.ResizeBilinearGradInputs, tf.ResizeBilinearGradAttrs>;
  ResizeNearestNeighbor: KernelType<tf.ResizeNearestNeighborInputs, tf.ResizeNearestNeighborAttrs>;
  ResizeNearestNeighborGrad: KernelType<tf.ResizeNearestNeighborGradInputs, tf.ResizeNearestNeighborGradAttrs>;
  Reverse: KernelType<tf.ReverseInputs, tf.ReverseAttrs>;
  ScatterNd: KernelType<tf.ScatterNdInputs, tf.ScatterNdAttrs>;
  SearchSorted: KernelType<tf.SearchSortedInputs, tf.SearchSortedAttrs>;
  Select: KernelType<tf.SelectInputs>;
  Slice: KernelType<tf.SliceInputs, tf.SliceAttrs>;
  Softmax: KernelType<tf.SoftmaxInputs, tf.SoftmaxAttrs>;
  SpaceToBatchND: KernelType<tf.SpaceToBatchNDInputs, tf.SpaceToBatchNDAttrs>;
  SparseToDense: KernelType<tf.SparseToDenseInputs, tf.SparseToDenseAttrs>;
  SplitV: KernelType<tf.SplitVInputs, tf.SplitVAttrs, "list">;
  Step: KernelType<tf.StepInputs, tf.StepAttrs>;
  StridedSlice: KernelType<tf.StridedSliceInputs, tf.StridedSliceAttrs>;
  TensorScatterUpdate: KernelType<tf.TensorScatterUpdateInputs>;
  Tile: KernelType<tf.TileInputs, tf.TileAttrs>;
  TopK: KernelType<tf.TopKInputs, tf.TopKAttrs, "pair">;
  Transpose: KernelType<tf.TransposeInputs, tf.TransposeAttrs>;
  Unpack: KernelType<tf.UnpackInputs, tf.UnpackAttrs, "list">;
  UnsortedSegmentSum: KernelType<tf.UnsortedSegmentSumInputs, tf.UnsortedSegmentSumAttrs>;
  _FusedMatMul: KernelType<tf._FusedMatMulInputs, tf._FusedMatMulAttrs>;
}

/** tfjs-core's name of a kernel. */
export type KernelName = keyof KernelTypes;
