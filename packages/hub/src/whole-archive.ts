import { open } from "node:fs/promises";

/** A zip's end: signature, then 18 bytes and a comment of at most 65535 (APPNOTE 4.3.16). */
const endBytes = 22;
const longestComment = 65_535;

/**
 * What is wrong with a file that should be PyTorch's, a zip archive, judged by its two ends; `undefined` when nothing is.
 * Reading it finds the rest.
 */
export async function archiveProblem(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, 4));
    await file.read(head, 0, head.length, 0);
    if (head.toString("latin1") !== "PK\u0003\u0004") return "it does not begin as a .pt file does";
    const tail = Buffer.alloc(Math.min(size, endBytes + longestComment));
    await file.read(tail, 0, tail.length, size - tail.length);
    return tail.includes("PK\u0005\u0006", 0, "latin1") ? undefined : "its end is missing";
  } finally {
    await file.close();
  }
}
