import type { Random } from "@lookonce/random";
import type { Mutate } from "../target.ts";
import { join, mutateBytes } from "./bytes.ts";

/**
 * What follows an operation code (Python's `pickletools`): so many bytes, so many lines, or a length of so many bytes and
 * as many bytes of content.
 */
type Argument = { bytes: number } | { lines: number } | { length: number };

const argumentsOf = new Map<number, Argument>();
function define(codes: string, argument: Argument): void {
  for (const code of codes) argumentsOf.set(code.charCodeAt(0), argument);
}
define("Kqh\x80\x82", { bytes: 1 });
define("M\x83", { bytes: 2 });
define("Jrj\x84", { bytes: 4 });
define("G\x95", { bytes: 8 });
define("ILFSVpgP", { lines: 1 });
define("ci", { lines: 2 });
define("UC\x8a\x8c", { length: 1 });
define("TXB\x8b", { length: 4 });
define("\x8d\x8e\x96", { length: 8 });

/** Splits pickles into operations with their arguments; what comes after the last one is the last part. */
function disassemble(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes);
  const operations: Uint8Array[] = [];
  for (let at = 0; at < buffer.length; ) {
    const end = endOf(buffer, at);
    operations.push(buffer.subarray(at, end));
    at = end;
  }
  return operations;
}

function endOf(buffer: Buffer, at: number): number {
  const argument = argumentsOf.get(buffer[at] ?? 0);
  let end = at + 1;
  if (argument === undefined) return end;
  if ("bytes" in argument) return end + argument.bytes;
  if ("lines" in argument) {
    for (let line = 0; line < argument.lines; line++) end = (buffer.indexOf(0x0a, end) + 1 || buffer.length) as number;
    return end;
  }
  // The highest bytes of long lengths are zero in any real file
  const width = Math.min(argument.length, 4, buffer.length - end);
  return width <= 0 ? buffer.length : end + argument.length + buffer.readUIntLE(end, width);
}

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** Operations without arguments. */
const plain = [..."(]})0a2e1sudltNRbQo.\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94"].map(latin1);

/** Names that files may have, and some that they may not. */
const globals = [
  "collections\nOrderedDict",
  "torch._utils\n_rebuild_tensor_v2",
  "torch._utils\n_rebuild_parameter",
  "torch\nFloatStorage",
  "torch\nSize",
  "torch.nn.modules.conv\nConv2d",
  "torch.nn.modules.container\nSequential",
  "builtins\nset",
  "_codecs\nencode",
  "numpy.core.multiarray\nscalar",
  "numpy\ndtype",
  "models.yolo\nDetectionModel",
  "os\nsystem",
];

function memo(code: string, index: number): Uint8Array {
  const bytes = Buffer.alloc(5, code, "latin1");
  bytes.writeUInt32LE(index, 1);
  return bytes;
}

function anyOperation(random: Random): Uint8Array {
  const index = random.chance(0.8) ? random.integer(0, 40) : random.choice([255, 1e6, 2 ** 31, 2 ** 32 - 1]);
  return random.choice([
    random.choice(plain),
    random.choice(plain),
    memo("r", index),
    memo("j", index),
    latin1(`c${random.choice(globals)}\n`),
    latin1(random.choice(["K\x03", "M\xff\xff", "J\xff\xff\xff\xff", "J\xff\xff\xff\x7f", "G\x7f\xf8\0\0\0\0\0\0"])),
    latin1(
      random.choice(["I999999999999999999\n", "L-5L\n", "Fnan\n", "S'a\\x41'\n", "V\\ud800\n", "P0\n", "\x8a\x01\xff"]),
    ),
    latin1(
      random.choice(["X\x01\0\0\0a", "X\0\0\0\0", "U\x07storage", "C\x02ab", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"]),
    ),
  ]);
}

/** Lists in lists in lists, or lists that contain the one before many times. */
function growth(random: Random): Uint8Array[] {
  const levels = random.choice([3, 30, 300, 20_000]);
  if (random.chance(0.5)) return [latin1("]".repeat(levels)), latin1("a".repeat(levels - 1))];
  const parts = [latin1("]"), memo("r", 5000)];
  const width = random.choice([2, 10, 100]);
  for (let level = 1; level < Math.min(levels, 100); level++) {
    const [open, close] = random.choice(["]e", "}u"]);
    const before = Array<Uint8Array>(width).fill(memo("j", 4999 + level));
    parts.push(join([latin1(`${open}`), memo("r", 5000 + level), latin1("("), ...before, latin1(`${close}`)]));
  }
  return parts;
}

type Edit = (operations: Uint8Array[], at: number, random: Random) => void;

const edits: readonly Edit[] = [
  (operations, at) => operations.splice(at, 1),
  (operations, at, random) => operations.splice(at, 0, anyOperation(random)),
  (operations, at, random) =>
    operations.splice(at, 0, anyOperation(random), anyOperation(random), anyOperation(random)),
  (operations, at, random) => operations.splice(at, 1, anyOperation(random)),
  (operations, at, random) => operations.splice(at, 0, ...growth(random)),
  function move(operations, at, random) {
    const [one] = operations.splice(at, 1);
    if (one !== undefined) operations.splice(random.integer(0, operations.length + 1), 0, one);
  },
  function repeat(operations, at, random) {
    const some = operations.slice(at, at + random.integer(1, 30));
    for (let count = random.choice([1, 2, 300]); count > 0; count--) operations.splice(at, 0, ...some);
  },
  function argument(operations, at, random) {
    const [code = 0x4e, ...rest] = operations[at] ?? [];
    operations[at] = join([Uint8Array.of(code), mutateBytes(Uint8Array.from(rest), random)]);
  },
  function swap(operations, at, random) {
    const other = random.integer(0, operations.length);
    const [a, b] = [operations[at], operations[other]];
    if (a !== undefined && b !== undefined) [operations[at], operations[other]] = [b, a];
  },
];

/** Operations of seeds and of what was made, which is changed again. */
const known = new WeakMap<Uint8Array, readonly Uint8Array[]>();

/** Changes operations of one pickle, or of several in a row. */
export const mutatePickle: Mutate = (bytes, random) => {
  const operations = [...(known.get(bytes) ?? disassemble(bytes))];
  if (operations.length === 0) return mutateBytes(bytes, random);
  for (let count = random.choice([1, 1, 2, 4]); count > 0; count--) {
    random.choice(edits)(operations, random.integer(0, Math.max(1, operations.length)), random);
  }
  const changed = join(operations);
  known.set(changed, operations);
  return changed;
};
