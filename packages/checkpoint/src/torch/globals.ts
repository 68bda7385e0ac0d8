import { LookonceError } from "@lookonce/errors";
import { PickledGlobal, PickledObject, record } from "../pickle/values.ts";
import { isModelClass } from "./classes.ts";
import { firstTensor, rebuildFromType, rebuildTensor, rebuildTensorV3, storageType } from "./rebuild.ts";

type Construct = PickledGlobal["construct"];

/** Functions and classes whose result is a plain value or a tensor. */
const builders: ReadonlyMap<string, Construct> = new Map<string, Construct>([
  ["collections.OrderedDict", dict],
  ["collections.defaultdict", () => new Map()],
  ["builtins.dict", dict],
  ["builtins.list", (args) => [...sequence(args)]],
  ["builtins.tuple", (args) => [...sequence(args)]],
  ["builtins.set", (args) => new Set(sequence(args))],
  ["builtins.frozenset", (args) => new Set(sequence(args))],
  ["copyreg._reconstructor", bare],
  ["copyreg.__newobj__", bare],
  ["_codecs.encode", encode],
  ["torch.Size", (args) => [...sequence(args)]],
  ["torch._utils._rebuild_tensor", rebuildTensor],
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_tensor_v3", rebuildTensorV3],
  ["torch._utils._rebuild_parameter", firstTensor],
  ["torch._utils._rebuild_parameter_with_state", firstTensor],
  ["torch._tensor._rebuild_from_type_v2", rebuildFromType],
  ...["sparse_tensor", "sparse_csr_tensor", "qtensor", "nested_tensor", "meta_tensor_no_storage"].map(
    (kind): [string, Construct] => [`torch._utils._rebuild_${kind}`, refuseKind],
  ),
]);

/** Names that become inert records: part of checkpoints in the wild, of no further meaning here. */
const records: ReadonlySet<string> = new Set([
  // `getattr` stands in the published YOLOv8 checkpoints; its record has the two arguments and looks nothing up.
  ...["getattr", "slice", "range", "complex", "bytearray", "object", "int", "float", "bool", "str", "bytes"].map(
    (name) => `builtins.${name}`,
  ),
  ...["device", "Tensor", "UntypedStorage", "storage.UntypedStorage", "storage.TypedStorage"].map((n) => `torch.${n}`),
  ...["strided", "contiguous_format", "channels_last", "preserve_format"].map((name) => `torch.${name}`),
  "torch.serialization._get_layout",
  "numpy.ndarray",
  "numpy.dtype",
  ...["core", "_core"].flatMap((core) => [`numpy.${core}.multiarray._reconstruct`, `numpy.${core}.multiarray.scalar`]),
  ...["Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath"].flatMap((name) => [
    `pathlib.${name}`,
    `pathlib._local.${name}`,
  ]),
  ...["date", "datetime", "timedelta", "timezone"].map((name) => `datetime.${name}`),
  "argparse.Namespace",
  "types.SimpleNamespace",
]);

const torchDtype =
  /^(u?int(8|16|32|64)|float(16|32|64)|bfloat16|half|float|double|long|int|short|bool|complex(32|64|128)|float8_(e4m3|e5m2|e8m0)(fn|fnuz|fnu)?)$/;

/** Storage classes that {@link storageType} lacks: naming one is no crime, the tensors in it are "unsupported". */
const otherStorage = /^(Complex(Float|Double)|QU?Int(8|32|4x2|2x4))Storage$/;

/** Numpy's element types as classes (`numpy.float64`, `numpy.dtypes.Float64DType`). */
const numpyType =
  /^numpy\.(bool_?|u?int(8|16|32|64)|float(16|32|64|128)|complex(64|128)|dtypes\.(Bool|(U?Int|Float)(8|16|32|64))DType)$/;

/**
 * The stand-in for a global of a PyTorch checkpoint, or `undefined` when model files have no business with it. Classes
 * become inert records, tensors and containers are rebuilt from their arguments; nothing is ever called.
 */
export function findTorchGlobal(module: string, name: string): PickledGlobal | undefined {
  // Python 2's names, which protocol 2 keeps.
  const home = module === "__builtin__" ? "builtins" : module === "copy_reg" ? "copyreg" : module;
  const path = `${home}.${name}`;
  const builder = builders.get(path);
  if (builder !== undefined) return new PickledGlobal(home, name, builder);
  const known =
    records.has(path) ||
    numpyType.test(path) ||
    (home === "torch" && (torchDtype.test(name) || otherStorage.test(name))) ||
    storageType(home, name) !== undefined ||
    isModelClass(home, name);
  return known ? new PickledGlobal(home, name, record) : undefined;
}

/** Tensors that are no plain array: sparse, quantized, nested, without data. */
function refuseKind(_args: readonly unknown[], self: PickledGlobal): never {
  throw new LookonceError("UNSUPPORTED", `tensors made by ${self.path} cannot be read; save dense ones`);
}

function sequence(args: readonly unknown[]): unknown[] {
  const [items] = args;
  if (items === undefined) return [];
  if (Array.isArray(items)) return items;
  if (items instanceof Set) return [...items];
  throw new LookonceError("FORMAT", "a container is built from something that is no list");
}

function dict(args: readonly unknown[]): Map<unknown, unknown> {
  if (args[0] instanceof Map) return new Map(args[0]);
  const pairs = sequence(args);
  if (!pairs.every((pair): pair is [unknown, unknown] => Array.isArray(pair) && pair.length === 2)) {
    throw new LookonceError("FORMAT", "a dict is built from something that is no list of pairs");
  }
  return new Map(pairs);
}

/** `copyreg._reconstructor(class, base, state)`: an object that protocol 0 and 1 make without its constructor. */
function bare(args: readonly unknown[]): unknown {
  const [type, ...rest] = args;
  if (!(type instanceof PickledGlobal)) throw new LookonceError("FORMAT", "an object without a class");
  return new PickledObject(type.module, type.name, rest);
}

/** Protocol 2 writes bytes as text that is to be encoded, in latin-1 always. */
function encode(args: readonly unknown[]): Uint8Array {
  const [text, encoding] = args;
  if (typeof text !== "string" || (encoding !== "latin1" && encoding !== "latin-1")) {
    throw new LookonceError("FORMAT", "bytes are given in an unknown encoding");
  }
  // Uint8Array.from would walk the text by an iterator, some 20 times as slowly
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
