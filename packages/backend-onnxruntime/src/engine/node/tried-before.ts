import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, readRegular, writeWhole } from "@lookonce/files";

const ownCode = fileURLToPath(import.meta.url);

/**
 * Where it is kept what works: in the cache folder, unless the environment has `LOOKONCE_TRIES=always`. Sources, which
 * programmers change while they run them, keep nothing.
 */
export function triesFolder(code: string = ownCode, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.LOOKONCE_TRIES === "always" || code.endsWith(".ts")) return undefined;
  return join(env.LOOKONCE_CACHE || cacheFolder({ env }), "tried");
}

/** What the answer depends on: versions of this package, of ONNX Runtime and Node.js, and the processor. */
function situation(onnxruntime: string): Record<string, string> {
  const code = createHash("sha256").update(readFileSync(ownCode)).digest("hex");
  const [{ model = "" } = {}] = cpus();
  const { arch, platform, versions } = process;
  return { code, onnxruntime, node: versions.node, platform, arch, processor: model };
}

/**
 * Tries something that works or not on this machine, unless an earlier process kept that it works. That it does not is never kept.
 *
 * What is kept is a small file that has all that the answer depends on; one with anything else is as good as none.
 *
 * @param onnxruntime ONNX Runtime's version
 * @param folder where it is kept; `undefined` for nowhere
 */
export async function triedBefore(
  what: string,
  attempt: () => Promise<boolean>,
  { onnxruntime, folder = triesFolder() }: { onnxruntime: string; folder?: string | undefined },
): Promise<boolean> {
  if (folder === undefined) return attempt();
  const text = `${JSON.stringify({ works: what, ...situation(onnxruntime) }, null, 2)}\n`;
  const file = join(folder, `${createHash("sha256").update(text).digest("hex").slice(0, 32)}.json`);
  const kept = await readRegular(file, { what: "cache file", maxBytes: 4096 }).catch(() => undefined);
  if (kept?.toString() === text) return true;
  if (!(await attempt())) return false;
  // Where nothing can be written the next process tries again.
  await writeWhole(file, text, { flush: false }).catch(() => {});
  return true;
}
