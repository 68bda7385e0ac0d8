// Packs what a bare Linux machine with a GPU needs to run bench/gpu, without a network: Node.js, ONNX Runtime with WebGPU,
// the C++ library that both want, the Vulkan loader where this machine has it, this project in one file, PyTorch's program.
//
//     npm run build && node bench/gpu/pack.mjs [--out lookonce-gpu.tar.gz]
//
// There: `tar -xzf lookonce-gpu.tar.gz && ./lookonce-gpu/run.sh`; see run.sh. Linux on x64 only, at most 60 MiB.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const most = 60 * 2 ** 20;
const { values } = parseArgs({ options: { out: { type: "string", default: "lookonce-gpu.tar.gz" } } });
const root = fileURLToPath(new URL("../..", import.meta.url));
if (process.platform !== "linux" || process.arch !== "x64")
  throw new Error("the pack is for Linux on x64: pack it there");
const out = resolve(values.out);
const work = mkdtempSync(join(tmpdir(), "lookonce-gpu-"));
const pack = join(work, "lookonce-gpu");

try {
  mkdirSync(join(pack, "app"), { recursive: true });
  mkdirSync(join(pack, "lib"));
  mkdirSync(join(pack, "vulkan"));
  cpSync(realpathSync(process.execPath), join(pack, "node"));
  await build({
    entryPoints: [join(root, "bench/gpu/main.mjs")],
    outfile: join(pack, "app/main.mjs"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // What is packed beside it, and what only decodes images, of which the benchmark has none.
    external: [
      "@tensorflow/tfjs-core",
      "onnxruntime-node",
      "sharp",
      "@napi-rs/image",
      "@tensorflow/tfjs-node",
      "@tensorflow/tfjs-node-gpu",
    ],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "warning",
  });
  // Files that packages read lie beside the folder of their code.
  cpSync(join(root, "packages/nn/models"), join(pack, "models"), { recursive: true });
  cpSync(join(root, "packages/device/bin"), join(pack, "bin"), { recursive: true });
  for (const name of ["onnxruntime-node", "onnxruntime-common", "@tensorflow/tfjs-core"]) copyPackage(name);
  cpSync(join(root, "bench/pytorch/yolov8n.py"), join(pack, "yolov8n.py"));
  cpSync(join(root, "bench/gpu/run.sh"), join(pack, "run.sh"));
  chmodSync(join(pack, "run.sh"), 0o755);
  writeFileSync(join(pack, "commit.txt"), execFileSync("git", ["rev-parse", "HEAD"], { cwd: root }));
  for (const name of ["libstdc++.so.6", "libgcc_s.so.1"]) copyLibrary(name, "lib");
  copyLibrary("libvulkan.so.1", "vulkan", false);
  execFileSync("tar", ["-cf", "pack.tar", "lookonce-gpu"], { cwd: work });
  execFileSync("gzip", ["-6", "pack.tar"], { cwd: work });
  const { size } = statSync(join(work, "pack.tar.gz"));
  console.log(`${out}: ${(size / 2 ** 20).toFixed(1)} MiB`);
  if (size > most) throw new Error(`the pack is larger than ${most / 2 ** 20} MiB`);
  cpSync(join(work, "pack.tar.gz"), out);
} finally {
  rmSync(work, { recursive: true });
}

/** Copies the JavaScript of a package, and of its native libraries those for this system. */
function copyPackage(name) {
  const from = join(root, "node_modules", name);
  const native = join(from, "bin");
  cpSync(from, join(pack, "node_modules", name), {
    recursive: true,
    dereference: true,
    filter(path) {
      if (path.startsWith(native)) {
        const wanted = join(native, "napi-v6/linux/x64");
        return wanted.startsWith(path) || path.startsWith(wanted);
      }
      if (path.includes("tfjs-core/")) return /(\/dist|\.node\.js|package\.json|LICENSE)$/.test(path);
      return statSync(path).isDirectory() || /(\.js|\.cjs|\.mjs|package\.json|LICENSE.*)$/.test(path);
    },
  });
}

/** Copies a shared library from where this system has it. */
function copyLibrary(name, folder, required = true) {
  const folders = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib"];
  const found = folders.map((each) => join(each, name)).find((path) => existsSync(path));
  if (found !== undefined) cpSync(realpathSync(found), join(pack, folder, name));
  else if (required) throw new Error(`${name} is in none of ${folders.join(", ")}`);
  else console.warn(`${name} is not here: the other machine must have it`);
}
