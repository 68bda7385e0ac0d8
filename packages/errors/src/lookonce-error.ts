/**
 * What went wrong, for programs. Messages may change between releases; codes do not.
 *
 * - `ARGUMENT`: an option, argument or YAML key is unknown or has a bad value
 * - `NOT_FOUND`: a file, folder, device or name does not exist
 * - `FORMAT`: a file is damaged or is not what its name says
 * - `UNSAFE`: a file asks for something that is never done, such as running code
 * - `UNSUPPORTED`: a legal request that this version cannot carry out
 * - `DATA`: a data set cannot be used as it is
 * - `DEVICE`: a device or its libraries cannot be used
 * - `NUMERIC`: a computation left the finite numbers
 * - `IO`: reading or writing failed
 * - `LOST`: other processes of the same work died, hang or cannot be reached; it can be started again
 */
export type ErrorCode =
  | "ARGUMENT"
  | "NOT_FOUND"
  | "FORMAT"
  | "UNSAFE"
  | "UNSUPPORTED"
  | "DATA"
  | "DEVICE"
  | "NUMERIC"
  | "IO"
  | "LOST";

/**
 * A mistake that its maker can mend, or a fault that a person must know of.
 *
 * The message names the file, line or key, says what was expected and what came, and what to do about it.
 */
export class LookonceError extends Error {
  override readonly name = "LookonceError";
  readonly code: ErrorCode;

  /** @param options.cause the error that led to this one */
  constructor(code: ErrorCode, message: string, { cause }: ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
