const tag = crypto.randomUUID().slice(0, 8);

/** The folder for what can be fetched or made again, among the origin's files. */
export function cacheFolder(): string {
  return "/.cache/lookonce";
}

/** The folder for what is needed for a moment, among the origin's files. */
export function tmpdir(): string {
  return "/tmp";
}

/** A text that no other thread of the origin has. */
export function threadTag(): string {
  return tag;
}

/** A page may end at any time without a notice: what is unfinished was not written to the origin's files, or is a `.partial`. */
export function onceAtExit(_action: () => void): void {}

/** Nobody else opens the origin's files. */
export function isOpenElsewhere(_error: unknown): boolean {
  return false;
}
