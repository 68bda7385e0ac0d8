import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What the tests of the reader make pickles with, and its own reader and writer of archives. */
export async function pickleTools() {
  const { outputFiles } = await build({
    stdin: {
      contents:
        'export * from "./test-pickles.ts"; export * from "./torch/zip-reader.ts"; export * from "./torch/zip-writer.ts";',
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
