import { taskOf } from "@lookonce/families";
import { writeWhole } from "@lookonce/files";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import { GraphBuilder, type OnnxModel, serializeModel } from "@lookonce/onnx";
import type { ExportReport } from "../export-report.ts";
import { checkFile } from "./check-file.ts";
import { decode, joinDecoded } from "./decode.ts";
import { freeSizes, withFreeSizes } from "./free-sizes.ts";
import { halve } from "./halve.ts";
import { metadataOf } from "./metadata.ts";
import { networkOf } from "./network.ts";
import { type ExportOnnxOptions, type OnnxForm, onnxForm } from "./options.ts";
import { quantize } from "./quantize/quantize.ts";
import { suppress } from "./suppress.ts";

/**
 * Writes a detector as an ONNX file, in the form in which exported YOLO models are known: `images` [batch, 3, H, W], float32
 * RGB from 0 to 1, to `output0`, float32:
 *
 * - [batch, 4 + nc, A] for YOLOv8: center x, center y, width, height in pixels, class probabilities
 * - [batch, A, 5 + nc] for YOLOv5: the same with objectness before the classes
 * - [batch, maxDet, 6] with `nms`: left, top, right, bottom in pixels, confidence, class; best first, then rows of zeros
 *
 * The model itself stays as it is; batch normalizations are folded in a copy. Before anything is written the file's
 * contents are run by ONNX Runtime and compared with the model, on a photograph.
 *
 * @throws LookonceError `ARGUMENT` for options that do not fit, `UNSUPPORTED` for a model that cannot be had in this form,
 *   `NUMERIC` when the numbers disagree, `IO` when the file cannot be written
 */
export async function exportOnnx(model: DetectionModel, options: ExportOnnxOptions): Promise<ExportReport> {
  const start = performance.now();
  const form = onnxForm(model, options);
  const network = await networkInForm(model, form, options);
  const plain = serializeModel(complete(model, network, { ...form, nms: undefined }));
  const bytes = form.nms === undefined ? plain : serializeModel(complete(model, network, form));
  const agreement = await checkFile(model, { file: options.file, plain, bytes }, form);
  await writeWhole(options.file, bytes);
  return {
    file: options.file,
    format: "onnx",
    bytes: bytes.length,
    seconds: (performance.now() - start) / 1000,
    ...agreement,
  };
}

/** The network up to its raw maps, with free sizes, in half precision or quantized, as is wanted. */
async function networkInForm(model: DetectionModel, form: OnnxForm, options: ExportOnnxOptions): Promise<OnnxModel> {
  const copy = fuse(await copyModel(model));
  try {
    const write = (size: Parameters<typeof networkOf>[1]): Promise<OnnxModel> => networkOf(copy, size);
    const network = form.dynamic
      ? await withFreeSizes(write, { step: model.step, opset: form.opset })
      : await write(form);
    if (form.half) return halve(network);
    if (!form.int8) return network;
    const single = await write({ ...form, batch: 1 });
    return await quantize(network, { ...options, single, height: form.height, width: form.width });
  } finally {
    copy.dispose();
  }
}

/** Puts what comes after the network behind it, and says what the file is. */
function complete(model: DetectionModel, network: OnnxModel, form: OnnxForm): OnnxModel {
  const graph = GraphBuilder.from(network.graph);
  graph.scope = `model/${model.rows.length - 1}`;
  const maps = network.graph.outputs.map(({ name }) => name);
  const decoded = decode(graph, model, { maps, size: form.dynamic ? undefined : form });
  const batch = form.dynamic ? freeSizes.batch : form.batch;
  if (form.nms === undefined) {
    joinDecoded(graph, decoded, "output0");
    const anchors = form.dynamic ? "anchors" : anchorCount(model, form);
    graph.output("output0", "float32", taskOf(model.task).outputShape(model, { batch, anchors }));
  } else {
    suppress(graph, decoded, { ...form.nms, opset: form.opset, name: "output0" });
    graph.output("output0", "float32", [batch, form.nms.maxDet, 6]);
  }
  graph.prune();
  return graph.build({
    opset: form.opset,
    docString: `${model.config.name} for ${model.nc} classes`,
    metadata: metadataOf(model, form),
  });
}

function anchorCount(model: DetectionModel, { height, width }: OnnxForm): number {
  return model.strides.reduce(
    (sum, stride, i) => sum + (height / stride) * (width / stride) * Math.max(1, model.anchors[i]?.length ?? 1),
    0,
  );
}
