import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What the tests of the reader make pickles and archives with. */
export async function pickleTools() {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export * from "./test-pickles.ts"; export { zipStored } from "./torch/zip-writer.ts";',
      resolveDir: fileURLToPath(new URL("../../packages/checkpoint/src", import.meta.url)),
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    conditions: ["@lookonce/source"],
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** The entries of an archive whose entries are stored, by the parts before each. */
export function readStored(bytes) {
  const entries = [];
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50; ) {
    const [size, name, extra] = [bytes.readUInt32LE(at + 22), bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28)];
    const start = at + 30 + name + extra;
    entries.push({ name: bytes.toString("utf8", at + 30, at + 30 + name), start, end: start + size });
    at = start + size;
  }
  return entries;
}
