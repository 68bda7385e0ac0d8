export type { Checkpoint, TrainingState } from "./checkpoint.ts";
export { bfloatToFloat, floatToHalf, halfToFloat } from "./half.ts";
export type { PlainValue } from "./plain.ts";
export { type ReadCheckpointOptions, readCheckpoint } from "./read-checkpoint.ts";
export { decodeSafetensors, type Safetensors } from "./safetensors/decode.ts";
export { type EncodeOptions, encodeSafetensors, readSafetensors, writeSafetensors } from "./safetensors/encode.ts";
export { saveCheckpoint } from "./safetensors/metadata.ts";
export type { StoredTensor, TensorData } from "./tensor.ts";
export { encodeStateDict, saveStateDict } from "./torch/encode.ts";
