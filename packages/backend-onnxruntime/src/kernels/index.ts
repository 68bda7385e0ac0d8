import type { Kernels } from "../graph/kernel.ts";
import type { KernelName } from "../graph/kernel-types.ts";
import { activations } from "./activation.ts";
import { collectiveKernels } from "./all-reduce.ts";
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
import { gatherKernels } from "./gather.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { normalizationKernels } from "./normalization.ts";
import { padKernels } from "./pad.ts";
import { poolingKernels } from "./pooling.ts";
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
  ...binaryKernels,
  ...bincountKernels,
  ...blockKernels,
  ...collectiveKernels,
  ...concatKernels,
  ...conv2DBackpropFilterKernels,
  ...conv2DBackpropInputKernels,
  ...conv2DKernels,
  ...cumulativeKernels,
  ...fillKernels,
  ...gatherKernels,
  ...matMulKernels,
  ...normalizationKernels,
  ...padKernels,
  ...poolingKernels,
  ...reductions,
  ...reshapeKernels,
  ...resizeKernels,
  ...scatterKernels,
  ...selectKernels,
  ...sliceKernels,
  ...topKKernels,
  ...unaryKernels,
  CropAndResize: cropAndResize,
  MaxPoolGrad: maxPoolGrad,
};
