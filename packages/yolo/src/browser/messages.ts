// Values on their way between the page and its worker. Structured cloning keeps neither functions nor classes; what it does
// not know is replaced by plain data and, where something can be called later, by a port.
import { decodeError, encodeError, type SentError } from "@lookonce/errors";
import { decodeResults, encodeResults, Results, type SentResults } from "@lookonce/inference/prediction";
import { expose, releaseProxy, transfer, wrap } from "comlink";

/** The key of a {@link Packed} replacement. */
const kind = "lookonce:kind";

type Packed =
  | { [kind]: "function"; port: MessagePort }
  | { [kind]: "iterable"; port: MessagePort }
  | { [kind]: "signal"; port: MessagePort; reason: SentError | undefined }
  | { [kind]: "results"; results: SentResults }
  | { [kind]: "error"; error: SentError }
  | { [kind]: "address"; href: string };

/** What was replaced in a message: its plain data, what it transfers, and how to close its ports. */
interface Parcel {
  data: unknown;
  transfers: Transferable[];
  ports: MessagePort[];
}

/** A message with its ports, which the sender closes when nobody calls them any more. */
export interface OpenMessage {
  data: unknown;
  close(): void;
}

/** Packs a value to be sent: functions, signals and iterables can be used at the other end until it is closed. */
export function pack(value: unknown): OpenMessage {
  const parcel: Parcel = { data: undefined, transfers: [], ports: [] };
  parcel.data = { value: replace(value, parcel) };
  return {
    data: transfer(parcel.data as object, [...new Set(parcel.transfers)]),
    close() {
      for (const port of parcel.ports) port.close();
    },
  };
}

/** Unpacks what {@link pack} made at the other end. */
export function unpack<T>(data: unknown): T {
  return restore((data as { value: unknown }).value) as T;
}

/** An answer: a value, or what was thrown. */
export async function answer(task: () => Promise<unknown>): Promise<unknown> {
  try {
    return pack(await task()).data;
  } catch (error) {
    return { error: encodeError(error) };
  }
}

/** The value of an {@link answer}. @throws what was thrown at the other end */
export function answered<T>(data: unknown): T {
  const { error } = data as { error?: SentError };
  if (error !== undefined) throw decodeError(error);
  return unpack<T>(data);
}

function replace(value: unknown, parcel: Parcel): unknown {
  if (typeof value === "function") return { [kind]: "function", port: functionPort(value as AnyFunction, parcel) };
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof AbortSignal) return signalOf(value, parcel);
  if (value instanceof Results) return { [kind]: "results", results: resultsOf(value, parcel) };
  if (value instanceof Error) return { [kind]: "error", error: encodeError(value) };
  if (value instanceof URL) return { [kind]: "address", href: value.href };
  if (typeof ImageBitmap === "function" && value instanceof ImageBitmap) parcel.transfers.push(value);
  if (typeof VideoFrame === "function" && value instanceof VideoFrame) parcel.transfers.push(value);
  if (Symbol.asyncIterator in value) {
    return { [kind]: "iterable", port: iterablePort(value as AsyncIterable<unknown>, parcel) };
  }
  if (Array.isArray(value)) return value.map((each) => replace(each, parcel));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each, parcel)]));
}

function restore(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(restore);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  if (!(kind in value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, restore(each)]));
  const packed = value as Packed;
  switch (packed[kind]) {
    case "function":
      return functionAt(packed.port);
    case "iterable":
      return iterableAt(packed.port);
    case "signal":
      return signalAt(packed.port, packed.reason);
    case "results":
      return decodeResults(packed.results);
    case "error":
      return decodeError(packed.error);
    case "address":
      return new URL(packed.href);
  }
}

type AnyFunction = (...given: unknown[]) => unknown;

/** Opens a port at which the other end reaches something. */
function portFor(target: object, { transfers, ports }: Parcel): MessagePort {
  const { port1, port2 } = new MessageChannel();
  expose(target, port1);
  transfers.push(port2);
  ports.push(port1);
  return port2;
}

function functionPort(call: AnyFunction, parcel: Parcel): MessagePort {
  const target = { call: (given: unknown) => answer(async () => call(...unpack<unknown[]>(given))) };
  return portFor(target, parcel);
}

interface Callable {
  call(given: unknown): Promise<unknown>;
}

function functionAt(port: MessagePort): (...given: unknown[]) => Promise<unknown> {
  const remote = wrap<Callable>(port);
  return async (...given) => answered(await remote.call(pack(given).data));
}

function iterablePort(iterable: AsyncIterable<unknown>, parcel: Parcel): MessagePort {
  const iterator = iterable[Symbol.asyncIterator]();
  const target = {
    next: () => answer(() => iterator.next()),
    return: () => answer(async () => void (await iterator.return?.())),
  };
  return portFor(target, parcel);
}

interface Iterated {
  next(): Promise<unknown>;
  return(): Promise<unknown>;
}

async function* iterableAt(port: MessagePort): AsyncGenerator<unknown, void, undefined> {
  const remote = wrap<Iterated>(port);
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = answered<IteratorResult<unknown>>(await remote.next());
      isDone = done === true;
      if (isDone) return;
      yield value;
    }
  } catch (error) {
    // What has thrown has ended
    isDone = true;
    throw error;
  } finally {
    if (!isDone) await remote.return();
    remote[releaseProxy]();
  }
}

/** Sends the reason of a signal as soon as it has one. */
function signalOf(signal: AbortSignal, parcel: Parcel): object {
  const { port1, port2 } = new MessageChannel();
  parcel.transfers.push(port2);
  parcel.ports.push(port1);
  const abort = (): void => port1.postMessage(encodeError(signal.reason));
  signal.addEventListener("abort", abort, { once: true });
  return { [kind]: "signal", port: port2, reason: signal.aborted ? encodeError(signal.reason) : undefined };
}

function signalAt(port: MessagePort, reason: SentError | undefined): AbortSignal {
  const controller = new AbortController();
  if (reason !== undefined) controller.abort(decodeError(reason));
  port.onmessage = ({ data }: MessageEvent<SentError>) => controller.abort(decodeError(data));
  return controller.signal;
}

/** Results, whose image moves where nobody else has its memory. */
function resultsOf(results: Results, { transfers }: Parcel): SentResults {
  const sent = encodeResults(results);
  const { data } = sent.image;
  if (data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength) transfers.push(data.buffer);
  return sent;
}
