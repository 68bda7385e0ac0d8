// Compiles warp.ts to WebAssembly and writes it, as base64, to src/generated/kernels.ts:
//
//     npm run kernels -w packages/augment
//
// The result is kept in the repository; a test compiles again and compares.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The module's bytes. */
export async function compileKernels() {
  let bytes;
  const options = ["-O3", "--runtime", "stub", "--noAssert", "--importMemory", "--enable", "simd,bulk-memory"];
  const { error, stderr } = await asc.main(
    ["index.ts", "--outFile", "kernels.wasm", "--baseDir", here("."), ...options],
    {
      writeFile(name, contents) {
        if (name.endsWith(".wasm")) bytes = contents;
      },
    },
  );
  if (error) throw new Error(`${stderr}`, { cause: error });
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await compileKernels();
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,110}/g);
  const text = lines.map((line) => `  "${line}"`).join(" +\n");
  writeFileSync(
    here("../src/generated/kernels.ts"),
    `// Written by kernels/build.mjs from kernels/*.ts; do not edit.\n\n/** A WebAssembly module, base64. */\nexport const kernelBytes: string =\n${text};\n`,
  );
  console.log(`kernels: ${bytes.length} bytes of WebAssembly`);
}
