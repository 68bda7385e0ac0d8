import { fromBinary } from "@bufbuild/protobuf";
import { LookonceError } from "@lookonce/errors";
import { decodeGraph } from "./decode-graph.ts";
import { type ModelProto, ModelProtoSchema } from "./generated/onnx-ml-pb.ts";
import type { OnnxModel } from "./model.ts";

/**
 * Reads a model out of the bytes of an `.onnx` file; `name` is what messages call it.
 *
 * Initializers share memory with the bytes where their alignment allows it. Throws `FORMAT` when the bytes are damaged
 * or are no ONNX model, and `UNSUPPORTED` for what this package does not read: sparse and quantized tensors, weights
 * in other files, inputs that are not tensors, and functions.
 */
export function parseModel(bytes: Uint8Array, name = "ONNX model"): OnnxModel {
  if (bytes.byteLength === 0) {
    throw new LookonceError("FORMAT", `${name} is empty: expected an ONNX model.`);
  }
  const proto = decode(bytes, name);
  // Protobuf carries no mark of its own, and nearly any bytes can pass for one unknown field or another.
  if (proto.irVersion < 1n || proto.graph === undefined || proto.opsetImport.length === 0) {
    throw new LookonceError(
      "FORMAT",
      `${name} is not an ONNX model, or it was cut short: its version, graph or operator sets are missing.`,
    );
  }
  if (proto.functions.length > 0 || proto.trainingInfo.length > 0) {
    throw new LookonceError("UNSUPPORTED", `${name}: models with functions or training graphs cannot be read.`);
  }
  return {
    irVersion: Number(proto.irVersion),
    opsets: Object.fromEntries(
      proto.opsetImport.map(({ domain, version }) => [domain === "ai.onnx" ? "" : domain, Number(version)]),
    ),
    producer: proto.producerName,
    producerVersion: proto.producerVersion,
    docString: proto.docString,
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
    graph: decodeGraph(proto.graph, name),
  };
}

function decode(bytes: Uint8Array, name: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new LookonceError("FORMAT", `${name} is damaged, cut short or not an ONNX model.`, { cause });
  }
}
