export { type ErrorCode, LookonceError, type LookonceErrorOptions } from "./lookonce-error.ts";
export { didYouMean, nearest } from "./nearest.ts";
export { printable } from "./printable.ts";
