/** A bar of `width` characters, filled to `done / total`. */
export function bar(done: number, total: number, width = 20): string {
  const filled = total <= 0 ? 0 : Math.round((Math.min(done, total) / total) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}
