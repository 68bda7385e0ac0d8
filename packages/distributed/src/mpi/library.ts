import { LookonceError } from "@lookonce/errors";
import type { LibraryHandle } from "koffi";
import type { FoundLibrary } from "./find-library.ts";

/** A handle of MPI: an address in Open MPI, a number in MPICH. */
type Handle = bigint | number;

type Numbers = Float32Array | Float64Array;

/** Handles and constants, as the families' `mpi.h` have them. */
interface Constants {
  /** How a handle is passed. */
  handle: "void *" | "int";
  world: Handle;
  byte: Handle;
  float32: Handle;
  float64: Handle;
  sum: Handle;
  max: Handle;
  min: Handle;
  errorsReturn: Handle;
  inPlace: bigint;
  statusIgnore: bigint;
  anySource: number;
}

/** Predefined handles are addresses of global objects. */
function openMpi(library: LibraryHandle): Constants {
  const address = (name: string): bigint => library.symbol(`ompi_mpi_${name}`) as bigint;
  return {
    handle: "void *",
    world: address("comm_world"),
    byte: address("byte"),
    float32: address("float"),
    float64: address("double"),
    sum: address("op_sum"),
    max: address("op_max"),
    min: address("op_min"),
    errorsReturn: address("errors_return"),
    inPlace: 1n,
    statusIgnore: 0n,
    anySource: -1,
  };
}

/** The numbers of MPICH's ABI, which Intel MPI, MVAPICH and others share since 2013. */
const mpich: Constants = {
  handle: "int",
  world: 0x44000000,
  byte: 0x4c00010d,
  float32: 0x4c00040a,
  float64: 0x4c00080b,
  sum: 0x58000003,
  max: 0x58000001,
  min: 0x58000002,
  errorsReturn: 0x54000001,
  inPlace: -1n,
  statusIgnore: 1n,
  anySource: -2,
};

/** MPI_THREAD_FUNNELED: one thread makes all calls. */
const threadFunneled = 1;
const anyTag = -1;
const controlTag = 1;

/** An operation of MPI that has not completed. It keeps the memory that MPI reads and writes. */
export class Request {
  readonly handle: BigInt64Array = new BigInt64Array(1);
  readonly memory: readonly unknown[];

  constructor(...memory: unknown[]) {
    this.memory = memory;
  }
}

/** The functions of an MPI library that ranks need. All calls come from the thread that made it. */
export class MpiLibrary {
  readonly rank: number;
  readonly size: number;
  /** As `Open MPI v4.1.4`. */
  readonly version: string;
  readonly #library: LibraryHandle;
  readonly #constants: Constants;
  readonly #functions = new Map<string, (...args: unknown[]) => number>();
  /** For messages about ranks, which must not meet those of collectives. */
  readonly #control: Handle;

  /**
   * Loads a library and starts MPI, which waits for all ranks to do so.
   *
   * @throws {LookonceError} `NOT_FOUND` when koffi is not installed; `DEVICE` when MPI does not start
   */
  static async load(found: FoundLibrary): Promise<MpiLibrary> {
    const koffi = await importKoffi();
    try {
      // Open MPI's plug-ins look for the library's symbols among the global ones
      return new MpiLibrary(koffi.load(found.file, { global: true, lazy: true }), found);
    } catch (error) {
      if (error instanceof LookonceError) throw error;
      throw new LookonceError("DEVICE", `${found.file} cannot be used: ${(error as Error).message}`, { cause: error });
    }
  }

  private constructor(library: LibraryHandle, { family }: FoundLibrary) {
    this.#library = library;
    this.#constants = family === "Open MPI" ? openMpi(library) : mpich;
    const { world, errorsReturn } = this.#constants;
    const out = new Int32Array(2);
    this.#call("MPI_Init_thread", ["void *", "void *", "int", "void *"], null, null, threadFunneled, out);
    this.#call("MPI_Comm_set_errhandler", ["handle", "handle"], world, errorsReturn);
    const number = (name: string): number => {
      this.#call(name, ["handle", "void *"], world, out);
      return out[0] as number;
    };
    this.rank = number("MPI_Comm_rank");
    this.size = number("MPI_Comm_size");
    this.version = this.#text((text, length) =>
      this.#call("MPI_Get_library_version", ["void *", "void *"], text, length),
    );
    const control = new BigInt64Array(1);
    this.#call("MPI_Comm_dup", ["handle", "void *"], world, control);
    this.#control =
      this.#constants.handle === "int" ? (new Int32Array(control.buffer)[0] as number) : (control[0] as bigint);
  }

  /** Combines numbers in place. */
  allReduce(data: Numbers, op: "sum" | "max" | "min"): Request {
    const { inPlace, world, [op]: operator } = this.#constants;
    const type = data instanceof Float32Array ? this.#constants.float32 : this.#constants.float64;
    const types = ["void *", "void *", "int", "handle", "handle", "handle"];
    return this.#start([data], "MPI_Iallreduce", types, inPlace, data, data.length, type, operator, world);
  }

  /** Sends bytes to all, and receives those of rank r, `counts[r]` many, at `offsets[r]`. */
  allGather(own: Uint8Array, all: Uint8Array, counts: Int32Array, offsets: Int32Array): Request {
    const { byte, world } = this.#constants;
    const types = ["void *", "int", "handle", "void *", "void *", "void *", "handle", "handle"];
    const args = [own, own.length, byte, all, counts, offsets, byte, world];
    return this.#start([own, all, counts, offsets], "MPI_Iallgatherv", types, ...args);
  }

  /** Sends `sent.counts[r]` bytes from `sent.offsets[r]` on to rank r, and receives as {@link allGather} does. */
  allToAll(sent: Parts, received: Parts): Request {
    const { byte, world } = this.#constants;
    const side = ["void *", "void *", "void *", "handle"];
    const args = [sent, received].flatMap(({ bytes, counts, offsets }) => [bytes, counts, offsets, byte]);
    return this.#start([sent, received], "MPI_Ialltoallv", [...side, ...side, "handle"], ...args, world);
  }

  broadcast(bytes: Uint8Array, root: number): Request {
    const { byte, world } = this.#constants;
    const types = ["void *", "int", "handle", "int", "handle"];
    return this.#start([bytes], "MPI_Ibcast", types, bytes, bytes.length, byte, root, world);
  }

  barrier(): Request {
    return this.#start([], "MPI_Ibarrier", ["handle"], this.#constants.world);
  }

  /** Whether an operation has completed; it makes progress by this call. */
  test(request: Request): boolean {
    const flag = new Int32Array(1);
    this.#call("MPI_Test", ["void *", "void *", "void *"], request.handle, flag, this.#constants.statusIgnore);
    return flag[0] !== 0;
  }

  /** Sends a short message about ranks. */
  send(message: Int32Array, to: number): Request {
    const types = ["void *", "int", "handle", "int", "int", "handle"];
    const args = [message, message.byteLength, this.#constants.byte, to, controlTag, this.#control];
    return this.#start([message], "MPI_Isend", types, ...args);
  }

  /** Receives a message of {@link send} of any rank, if one is there. */
  receive(message: Int32Array): boolean {
    const { anySource, statusIgnore, byte } = this.#constants;
    const flag = new Int32Array(1);
    const probe = ["int", "int", "handle", "void *", "void *"];
    this.#call("MPI_Iprobe", probe, anySource, anyTag, this.#control, flag, statusIgnore);
    if (flag[0] === 0) return false;
    const types = ["void *", "int", "handle", "int", "int", "handle", "void *"];
    const args = [message, message.byteLength, byte, anySource, anyTag, this.#control, statusIgnore];
    this.#call("MPI_Recv", types, ...args);
    return true;
  }

  /** Ends the processes of all ranks, this one too. */
  abort(exitCode: number): void {
    this.#call("MPI_Abort", ["handle", "int"], this.#constants.world, exitCode);
  }

  /** Ends MPI orderly. It waits for all ranks. */
  finalize(): void {
    this.#call("MPI_Finalize", []);
  }

  #start(memory: unknown[], name: string, types: readonly string[], ...args: unknown[]): Request {
    const request = new Request(...memory);
    this.#call(name, [...types, "void *"], ...args, request.handle);
    return request;
  }

  #call(name: string, types: readonly string[], ...args: unknown[]): void {
    const status = this.#bind(name, types)(...args);
    if (status === 0) return;
    const text = name === "MPI_Init_thread" ? `status ${status}` : this.#errorText(status);
    throw new LookonceError("DEVICE", `${name} failed: ${text}`);
  }

  #bind(name: string, types: readonly string[]): (...args: unknown[]) => number {
    let bound = this.#functions.get(name);
    if (bound === undefined) {
      const { handle } = this.#constants;
      bound = this.#library.func(
        name,
        "int",
        types.map((type) => (type === "handle" ? handle : type)),
      ) as (...args: unknown[]) => number;
      this.#functions.set(name, bound);
    }
    return bound;
  }

  #errorText(status: number): string {
    const bound = this.#bind("MPI_Error_string", ["int", "void *", "void *"]);
    return this.#text((text, length) => bound(status, text, length));
  }

  /** The text that a function writes, at most 8192 bytes (MPICH's MPI_MAX_LIBRARY_VERSION_STRING). */
  #text(write: (text: Uint8Array, length: Int32Array) => void): string {
    const text = new Uint8Array(8192);
    const length = new Int32Array(1);
    write(text, length);
    return new TextDecoder().decode(text.subarray(0, length[0])).replace(/\0+$/, "");
  }
}

/** Bytes for, or from, every rank. */
export interface Parts {
  bytes: Uint8Array;
  counts: Int32Array;
  offsets: Int32Array;
}

async function importKoffi(): Promise<typeof import("koffi").default> {
  try {
    const module = await import("koffi");
    return module.default;
  } catch (cause) {
    throw new LookonceError(
      "NOT_FOUND",
      "several ranks need the koffi package, through which MPI is called: npm install koffi",
      { cause },
    );
  }
}
