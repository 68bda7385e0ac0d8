import type { MessageInitShape } from "@bufbuild/protobuf";
import { DataType, type TensorShapeProtoSchema } from "./generated/tensorflow-pb.ts";

export {
  type AttrValue,
  AttrValueSchema,
  DataType,
  EventSchema,
  GraphDefSchema,
  type MetaGraphDef,
  type NodeDef,
  NodeDefSchema,
  type SavedModel,
  SavedModelSchema,
  SessionLog_Status,
  type SignatureDef,
  SignatureDefSchema,
  type TensorProto,
} from "./generated/tensorflow-pb.ts";

/** TensorFlow's numbers of tensor types. */
export const dataTypes: Readonly<Record<"float32" | "float16" | "int32" | "int64" | "bool" | "string", DataType>> = {
  float32: DataType.DT_FLOAT,
  float16: DataType.DT_HALF,
  int32: DataType.DT_INT32,
  int64: DataType.DT_INT64,
  bool: DataType.DT_BOOL,
  string: DataType.DT_STRING,
};

/** Converts sizes to a TensorShapeProto; −1 is any size. */
export function shapeProto(shape: readonly number[]): MessageInitShape<typeof TensorShapeProtoSchema> {
  return { dim: shape.map((size) => ({ size: BigInt(size) })) };
}
