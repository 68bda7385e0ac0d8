import { LookonceError } from "@lookonce/errors";
import { type ElementType, elementTypes, isCount, isCounts } from "../element-types.ts";
import { PickledGlobal } from "../pickle/values.ts";
import { TorchStorage, TorchTensor } from "./tensors.ts";

/** The element type that a class such as `torch.HalfStorage` names, or `undefined`. */
export function storageType(module: string, name: string): ElementType | undefined {
  return module === "torch" ? elementTypes.find(({ storage }) => name === `${storage}Storage`) : undefined;
}

/**
 * The tensor of `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)`: the first four arguments place
 * it, the rest (gradients, hooks, metadata) is of no use here. Also `_rebuild_tensor`, which has only those four.
 */
export function rebuildTensor(args: readonly unknown[]): TorchTensor {
  const [storage, offset, shape, strides] = args;
  const fits =
    storage instanceof TorchStorage &&
    isCount(offset) &&
    isSides(shape) &&
    isSides(strides) &&
    shape.length === strides.length;
  if (!fits) throw new LookonceError("FORMAT", "a tensor has a bad offset, shape or strides");
  return new TorchTensor(storage, { offset, shape, strides });
}

/** Numbers of at most 64 axes, as many as any library has. */
function isSides(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 64 && isCounts(value);
}

/** `_rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype, …)` over untyped bytes. */
export function rebuildTensorV3(args: readonly unknown[]): TorchTensor {
  const [storage, , , , , , dtype] = args;
  // dtypes that came without a storage class of their own (PyTorch 2.3)
  const name = dtype instanceof PickledGlobal ? dtype.name : "?";
  const type = elementTypes.find((known) => known.dtype === name);
  if (type === undefined) throw new LookonceError("UNSUPPORTED", `tensors of dtype ${name} cannot be read`);
  if (!(storage instanceof TorchStorage)) throw new LookonceError("FORMAT", "a tensor has no storage");
  const size = Math.floor(storage.byteLength / type.array.BYTES_PER_ELEMENT);
  return rebuildTensor([new TorchStorage(type, size, storage.bytes), ...args.slice(1, 4)]);
}

/** A function whose first argument is the tensor itself, such as `torch._utils._rebuild_parameter`. */
export function firstTensor(args: readonly unknown[]): TorchTensor {
  if (args[0] instanceof TorchTensor) return args[0];
  throw new LookonceError("FORMAT", "a parameter contains no tensor");
}

/** `torch._tensor._rebuild_from_type_v2(function, type, args, state)`: tensors of a derived class. */
export function rebuildFromType(args: readonly unknown[]): unknown {
  const [target, , inner] = args;
  if (!(target instanceof PickledGlobal) || !tensorFunctions.has(target.path) || !Array.isArray(inner)) {
    throw new LookonceError("FORMAT", "a tensor of a derived class contains no tensor");
  }
  return target.construct(inner, target);
}

const tensorFunctions = new Set([
  "torch._utils._rebuild_tensor",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_tensor_v3",
  "torch._utils._rebuild_parameter",
]);
