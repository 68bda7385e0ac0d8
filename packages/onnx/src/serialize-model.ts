import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { LookonceError } from "@lookonce/errors";
import { checkTensor } from "./check-tensor.ts";
import { rawBytes, tensorHeader } from "./encode-tensor.ts";
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from "./generated/onnx-ml-pb.ts";
import type { AnyTensorValue, OnnxGraph, OnnxModel } from "./model.ts";
import { graphWithoutInitializers } from "./write-graph.ts";

/** Protobuf's limit for one message: https://protobuf.dev/programming-guides/proto-limits/. */
const MAX_BYTES = 2 ** 31 - 1;

const MODEL_GRAPH = ModelProtoSchema.field.graph.number;
const GRAPH_INITIALIZER = GraphProtoSchema.field.initializer.number;
const TENSOR_RAW_DATA = TensorProtoSchema.field.rawData.number;

/** Pieces of a message, joined once at the end so that weights are copied only once. */
interface Pieces {
  readonly list: Uint8Array[];
  size: number;
}

function append(pieces: Pieces, bytes: Uint8Array): void {
  pieces.list.push(bytes);
  pieces.size += bytes.byteLength;
}

function requireSize(size: number): void {
  if (size > MAX_BYTES) {
    throw new LookonceError(
      "UNSUPPORTED",
      "the model takes more than 2 GiB, the limit of an ONNX file in one piece. Store fewer or smaller tensors in it.",
    );
  }
}

/** The bytes that announce a length-delimited field. */
function fieldStart(field: number, size: number): Uint8Array {
  requireSize(size);
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(size).finish();
}

/**
 * The bytes of an `.onnx` file.
 *
 * Weights are copied once, into the result. Throws an `ARGUMENT` error for values that do not fit their types, and
 * `UNSUPPORTED` for models beyond protobuf's 2 GiB.
 */
export function serializeModel(model: OnnxModel): Uint8Array {
  const graph = graphPieces(model.graph);
  // The graph comes last (protobuf readers accept fields in any order), so that a file cut short is always noticed.
  const pieces: Pieces = { list: [], size: 0 };
  append(pieces, toBinary(ModelProtoSchema, modelHeader(model)));
  append(pieces, fieldStart(MODEL_GRAPH, graph.size));
  requireSize(pieces.size + graph.size);
  const bytes = new Uint8Array(pieces.size + graph.size);
  let offset = 0;
  for (const piece of [...pieces.list, ...graph.list]) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}

function modelHeader(model: OnnxModel) {
  return create(ModelProtoSchema, {
    irVersion: BigInt(model.irVersion),
    opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version: BigInt(version) })),
    producerName: model.producer,
    producerVersion: model.producerVersion,
    docString: model.docString,
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
  });
}

function graphPieces(graph: OnnxGraph): Pieces {
  const pieces: Pieces = { list: [], size: 0 };
  append(pieces, graphWithoutInitializers(graph));
  for (const [name, value] of graph.initializers) appendInitializer(pieces, name, value);
  return pieces;
}

function appendInitializer(pieces: Pieces, name: string, value: AnyTensorValue): void {
  checkTensor(value, `initializer "${name}"`);
  const header = toBinary(TensorProtoSchema, tensorHeader(value, name));
  const raw = rawBytes(value);
  if (raw === undefined) {
    append(pieces, fieldStart(GRAPH_INITIALIZER, header.byteLength));
    append(pieces, header);
    return;
  }
  const rawStart = fieldStart(TENSOR_RAW_DATA, raw.byteLength);
  append(pieces, fieldStart(GRAPH_INITIALIZER, header.byteLength + rawStart.byteLength + raw.byteLength));
  append(pieces, header);
  append(pieces, rawStart);
  append(pieces, raw);
}
