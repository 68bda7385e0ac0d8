import type { Kernels } from "../graph/kernel.ts";
import type { KernelName } from "../graph/kernel-types.ts";
import { activations } from "./activation.ts";
import { argMaxKernels } from "./arg-max.ts";
import { avgPoolKernels } from "./avg-pool.ts";
import { matMulKernels } from "./batch-mat-mul.ts";
import { binaryKernels } from "./binary.ts";
import { bincountKernels } from "./bincount.ts";
import { concatKernels } from "./concat.ts";
import { conv2DKernels } from "./conv2d.ts";
import { conv2DBackpropFilterKernels } from "./conv2d-backprop-filter.ts";
import { conv2DBackpropInputKernels } from "./conv2d-backprop-input.ts";
import { cropAndResize } from "./crop-and-resize.ts";
import { cumulativeKernels } from "./cumsum.ts";
import { fillKernels } from "./fill.ts";
import { fusedBatchNorm } from "./fused-batch-norm.ts";
import { gatherKernels } from "./gather.ts";
import { lrnKernels } from "./lrn.ts";
import { maxPoolKernels } from "./max-pool.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { padKernels } from "./pad.ts";
import { reductions } from "./reduction.ts";
import { reshapeKernels } from "./reshape.ts";
import { resizeKernels } from "./resize.ts";
import { scatterKernels } from "./scatter.ts";
import { selectKernels } from "./select.ts";
import { sliceKernels } from "./slice.ts";
import { blockKernels } from "./space-to-batch-nd.ts";
import { topKKernels } from "./top-k.ts";
import { unaryKernels } from "./unary.ts";

/** How each of tfjs's kernels becomes ONNX nodes, by tfjs-core's name for the kernel. */
export const kernels: Kernels<KernelName> = {
  ...activations,
  ...argMaxKernels,
  ...avgPoolKernels,
  ...binaryKernels,
  ...bincountKernels,
  ...blockKernels,
  ...concatKernels,
  ...conv2DBackpropFilterKernels,
  ...conv2DBackpropInputKernels,
  ...conv2DKernels,
  ...cumulativeKernels,
  ...fillKernels,
  ...gatherKernels,
  ...lrnKernels,
  ...matMulKernels,
  ...maxPoolKernels,
  ...padKernels,
  ...reductions,
  ...reshapeKernels,
  ...resizeKernels,
  ...scatterKernels,
  ...selectKernels,
  ...sliceKernels,
  ...topKKernels,
  ...unaryKernels,
  CropAndResize: cropAndResize,
  FusedBatchNorm: fusedBatchNorm,
  MaxPoolGrad: maxPoolGrad,
};
