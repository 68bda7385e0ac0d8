import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/**
 * Compresses the WebAssembly of a built page, 58 MB to 14, and names it so in the scripts: ONNX Runtime's engine unpacks files whose
 * names end with `.gz`, and no server has to.
 */
export async function compressRuntime(assets: string): Promise<void> {
  const names = readdirSync(assets);
  const compress = async (name: string): Promise<void> => {
    writeFileSync(join(assets, `${name}.gz`), await promisify(gzip)(readFileSync(join(assets, name))));
    rmSync(join(assets, name));
  };
  await Promise.all(names.filter((name) => name.endsWith(".wasm")).map(compress));
  for (const name of names.filter((name) => name.endsWith(".js"))) {
    const text = readFileSync(join(assets, name), "utf8");
    const named = text.replaceAll(/\bort-wasm-[\w.-]+\.wasm(?=["'`])/g, (file) =>
      names.includes(file) ? `${file}.gz` : file,
    );
    if (named !== text) writeFileSync(join(assets, name), named);
  }
}
