/** Options of {@link HttpError}. */
interface HttpErrorOptions {
  /** Seconds after which to try again, for the header `Retry-After`. */
  retryAfter?: number;
  /** The error that led to this one; it is logged, never answered. */
  cause?: unknown;
}

/** A request that is refused, with its HTTP status and one sentence for the person behind it. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly statusCode: number;
  /** For programs, such as `QUEUE_FULL`. */
  readonly code: string;
  readonly retryAfter: number | undefined;

  constructor(statusCode: number, code: string, message: string, { retryAfter, cause }: HttpErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.statusCode = statusCode;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
