export { decodeSafetensors, type Safetensors, type StoredTensor, type TensorData } from "./safetensors.ts";
