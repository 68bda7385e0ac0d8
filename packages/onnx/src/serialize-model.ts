import { create, toBinary } from "@bufbuild/protobuf";
import { encodeGraph } from "./encode-graph.ts";
import { ModelProtoSchema } from "./generated/onnx-ml-pb.ts";
import type { OnnxModel } from "./model.ts";
import { delimited, joined } from "./pieces.ts";

/**
 * The bytes of an `.onnx` file.
 *
 * Weights are copied once, into the result. Throws an `ARGUMENT` error for values that do not fit their types, and
 * `UNSUPPORTED` for models beyond protobuf's 2 GiB.
 */
export function serializeModel(model: OnnxModel): Uint8Array {
  const header = create(ModelProtoSchema, {
    irVersion: BigInt(model.irVersion),
    opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version: BigInt(version) })),
    producerName: model.producer,
    producerVersion: model.producerVersion,
    docString: model.docString,
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
  });
  // The graph comes last (protobuf readers accept fields in any order), so that a file cut short is always noticed.
  const graph = delimited(ModelProtoSchema.field.graph.number, encodeGraph(model.graph));
  return joined([toBinary(ModelProtoSchema, header), ...graph]);
}
