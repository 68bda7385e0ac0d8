/** Pages do not know the name of their machine. */
export function hostname(): string {
  return "browser";
}
