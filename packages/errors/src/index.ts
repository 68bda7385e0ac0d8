export { warn } from "#warn";
export { decodeError, encodeError, type SentError } from "./error-codec.ts";
export { type ErrorCode, LookonceError } from "./lookonce-error.ts";
export { didYouMean, nearest } from "./nearest.ts";
export { printable } from "./printable.ts";
export { show } from "./show.ts";
