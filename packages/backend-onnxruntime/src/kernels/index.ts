import type { Kernel } from "../graph/kernel.ts";
import { addN } from "./add-n.ts";
import { argMax, argMin } from "./arg-max.ts";
import { atan2 } from "./atan2.ts";
import { avgPool } from "./avg-pool.ts";
import { avgPoolGrad } from "./avg-pool-grad.ts";
import { batchMatMul } from "./batch-mat-mul.ts";
import { batchToSpaceND } from "./batch-to-space-nd.ts";
import { binaryKernels } from "./binary.ts";
import { bincount, denseBincount } from "./bincount.ts";
import { bitwiseAnd } from "./bitwise-and.ts";
import { cast } from "./cast.ts";
import { clipByValue } from "./clip-by-value.ts";
import { concat } from "./concat.ts";
import { conv2D } from "./conv2d.ts";
import { conv2DBackpropFilter } from "./conv2d-backprop-filter.ts";
import { conv2DBackpropInput } from "./conv2d-backprop-input.ts";
import { cropAndResize } from "./crop-and-resize.ts";
import { cumprod } from "./cumprod.ts";
import { cumsum } from "./cumsum.ts";
import { depthToSpace } from "./depth-to-space.ts";
import { depthwiseConv2dNative } from "./depthwise-conv2d-native.ts";
import { depthwiseConv2dNativeBackpropFilter } from "./depthwise-conv2d-native-backprop-filter.ts";
import { depthwiseConv2dNativeBackpropInput } from "./depthwise-conv2d-native-backprop-input.ts";
import { diag } from "./diag.ts";
import { einsum } from "./einsum.ts";
import { elu } from "./elu.ts";
import { eluGrad } from "./elu-grad.ts";
import { exp } from "./exp.ts";
import { expandDims } from "./expand-dims.ts";
import { expm1 } from "./expm1.ts";
import { fill } from "./fill.ts";
import { flipLeftRight } from "./flip-left-right.ts";
import { floorDiv } from "./floor-div.ts";
import { fusedBatchNorm } from "./fused-batch-norm.ts";
import { fusedConv2D, fusedDepthwiseConv2D } from "./fused-conv2d.ts";
import { fusedMatMul } from "./fused-mat-mul.ts";
import { gatherNd } from "./gather-nd.ts";
import { gatherV2 } from "./gather-v2.ts";
import { isFiniteNumber } from "./is-finite.ts";
import { isInf } from "./is-inf.ts";
import { isNan } from "./is-nan.ts";
import { leakyRelu } from "./leaky-relu.ts";
import { log1p } from "./log1p.ts";
import { logicalNot } from "./logical-not.ts";
import { lrn, lrnGrad } from "./lrn.ts";
import { maxPool } from "./max-pool.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { maxPoolWithArgmax } from "./max-pool-with-argmax.ts";
import { mirrorPad } from "./mirror-pad.ts";
import { mod } from "./mod.ts";
import { multiply } from "./multiply.ts";
import { notEqual } from "./not-equal.ts";
import { oneHot } from "./one-hot.ts";
import { onesLike } from "./ones-like.ts";
import { pack } from "./pack.ts";
import { padV2 } from "./pad-v2.ts";
import { pow } from "./pow.ts";
import { prelu } from "./prelu.ts";
import { linSpace, range } from "./range.ts";
import { realDiv } from "./real-div.ts";
import { all, any, max, mean, min, prod, sum } from "./reductions.ts";
import { relu6 } from "./relu6.ts";
import { reshape } from "./reshape.ts";
import { resizeBilinear, resizeBilinearGrad } from "./resize-bilinear.ts";
import { resizeNearestNeighbor } from "./resize-nearest-neighbor.ts";
import { resizeNearestNeighborGrad } from "./resize-nearest-neighbor-grad.ts";
import { reverse } from "./reverse.ts";
import { rsqrt } from "./rsqrt.ts";
import { scatterNd } from "./scatter-nd.ts";
import { searchSorted } from "./search-sorted.ts";
import { select } from "./select.ts";
import { selu } from "./selu.ts";
import { sign } from "./sign.ts";
import { slice } from "./slice.ts";
import { softmax } from "./softmax.ts";
import { spaceToBatchND } from "./space-to-batch-nd.ts";
import { sparseToDense } from "./sparse-to-dense.ts";
import { splitV } from "./split-v.ts";
import { square } from "./square.ts";
import { squaredDifference } from "./squared-difference.ts";
import { step } from "./step.ts";
import { stridedSlice } from "./strided-slice.ts";
import { tensorScatterUpdate } from "./tensor-scatter-update.ts";
import { tile } from "./tile.ts";
import { topK } from "./top-k.ts";
import { transpose } from "./transpose.ts";
import { unaryKernels } from "./unary.ts";
import { unpack } from "./unpack.ts";
import { unsortedSegmentSum } from "./unsorted-segment-sum.ts";
import { zerosLike } from "./zeros-like.ts";

/** Every lowering, by the name that tfjs-core gives the kernel. */
export const lowerings: Readonly<Record<string, Kernel>> = {
  ...unaryKernels,
  ...binaryKernels,
  AddN: addN,
  All: all,
  Any: any,
  ArgMax: argMax,
  ArgMin: argMin,
  Atan2: atan2,
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGrad,
  BatchMatMul: batchMatMul,
  BatchToSpaceND: batchToSpaceND,
  Bincount: bincount,
  BitwiseAnd: bitwiseAnd,
  Cast: cast,
  ClipByValue: clipByValue,
  Concat: concat,
  Conv2D: conv2D,
  Conv2DBackpropFilter: conv2DBackpropFilter,
  Conv2DBackpropInput: conv2DBackpropInput,
  CropAndResize: cropAndResize,
  Cumprod: cumprod,
  Cumsum: cumsum,
  DenseBincount: denseBincount,
  DepthToSpace: depthToSpace,
  DepthwiseConv2dNative: depthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter: depthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseConv2dNativeBackpropInput,
  Diag: diag,
  Einsum: einsum,
  Elu: elu,
  EluGrad: eluGrad,
  Exp: exp,
  ExpandDims: expandDims,
  Expm1: expm1,
  Fill: fill,
  FlipLeftRight: flipLeftRight,
  FloorDiv: floorDiv,
  FusedBatchNorm: fusedBatchNorm,
  FusedConv2D: fusedConv2D,
  FusedDepthwiseConv2D: fusedDepthwiseConv2D,
  GatherNd: gatherNd,
  GatherV2: gatherV2,
  IsFinite: isFiniteNumber,
  IsInf: isInf,
  IsNan: isNan,
  LRN: lrn,
  LRNGrad: lrnGrad,
  LeakyRelu: leakyRelu,
  LinSpace: linSpace,
  Log1p: log1p,
  LogicalNot: logicalNot,
  Max: max,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  MaxPoolWithArgmax: maxPoolWithArgmax,
  Mean: mean,
  Min: min,
  MirrorPad: mirrorPad,
  Mod: mod,
  Multiply: multiply,
  NotEqual: notEqual,
  OneHot: oneHot,
  OnesLike: onesLike,
  Pack: pack,
  PadV2: padV2,
  Pow: pow,
  Prelu: prelu,
  Prod: prod,
  Range: range,
  RealDiv: realDiv,
  Relu6: relu6,
  Reshape: reshape,
  ResizeBilinear: resizeBilinear,
  ResizeBilinearGrad: resizeBilinearGrad,
  ResizeNearestNeighbor: resizeNearestNeighbor,
  ResizeNearestNeighborGrad: resizeNearestNeighborGrad,
  Reverse: reverse,
  Rsqrt: rsqrt,
  ScatterNd: scatterNd,
  SearchSorted: searchSorted,
  Select: select,
  Selu: selu,
  Sign: sign,
  Slice: slice,
  Softmax: softmax,
  SpaceToBatchND: spaceToBatchND,
  SparseToDense: sparseToDense,
  SplitV: splitV,
  Square: square,
  SquaredDifference: squaredDifference,
  Step: step,
  StridedSlice: stridedSlice,
  Sum: sum,
  TensorScatterUpdate: tensorScatterUpdate,
  Tile: tile,
  TopK: topK,
  Transpose: transpose,
  Unpack: unpack,
  UnsortedSegmentSum: unsortedSegmentSum,
  ZerosLike: zerosLike,
  _FusedMatMul: fusedMatMul,
};

/** The lowerings as the backend looks them up. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(Object.entries(lowerings));
