import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const onnxRuntime = join(root, "node_modules/onnxruntime-node");
const binaries = "bin/napi-v6";

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);

/** The manifests of the workspaces that are published, with their folders. */
export function publicPackages() {
  return ["packages", "apps"]
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({ folder, manifest: readJson(join(folder, "package.json")) }))
    .filter(({ manifest }) => !manifest.private);
}

/** Packs them all at once, as `npm publish` would. Returns npm's report of each: name, file name, sizes and files. */
export function pack(packages, destination) {
  const workspaces = packages.flatMap(({ manifest }) => ["--workspace", manifest.name]);
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination, ...workspaces];
  const report = execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return Object.values(JSON.parse(report));
}

/** ONNX Runtime's own packages for one platform each, and the platforms as npm names them. */
export function runtimePackages() {
  return readdirSync(join(onnxRuntime, binaries)).flatMap((os) =>
    readdirSync(join(onnxRuntime, binaries, os)).map((cpu) => ({
      name: `@lookonce/onnxruntime-${os}-${cpu}`,
      os,
      cpu,
    })),
  );
}

/**
 * Lays out what is published, a folder each, and returns the folders.
 *
 * `onnxruntime-node` brings the binaries of all platforms, 290 MB, and a script that downloads CUDA's part while it is installed.
 * In the registry our packages depend on packages of one platform each in its place, made here of the same files without that
 * script; a manifest cannot say so in the repository, whose lock file would then name what is published later (decision 0066).
 */
export function stage(folder) {
  const tarballs = join(folder, "tarballs");
  mkdirSync(tarballs, { recursive: true });
  const packed = pack(publicPackages(), tarballs);
  const { version } = readJson(join(onnxRuntime, "package.json"));
  const runtimes = runtimePackages();
  const ours = packed.map(({ filename, name }) => {
    const target = join(folder, name.replace("/", "+"));
    mkdirSync(target);
    execFileSync("tar", ["-xzf", join(tarballs, filename), "-C", target, "--strip-components", "1"]);
    const manifest = readJson(join(target, "package.json"));
    writeJson(join(target, "package.json"), withoutScript(manifest, runtimes, version));
    return target;
  });
  return [...runtimes.map((runtime) => stageRuntime(folder, runtime)), ...ours];
}

/** A manifest whose ONNX Runtime comes in a package for each platform; one that was installed for CUDA is a peer. */
function withoutScript(manifest, runtimes, version) {
  const { "onnxruntime-node": range, ...dependencies } = manifest.dependencies ?? {};
  if (range === undefined) return manifest;
  return {
    ...manifest,
    dependencies,
    optionalDependencies: Object.fromEntries(runtimes.map(({ name }) => [name, version])),
    peerDependencies: { ...manifest.peerDependencies, "onnxruntime-node": range },
    peerDependenciesMeta: { ...manifest.peerDependenciesMeta, "onnxruntime-node": { optional: true } },
  };
}

function stageRuntime(folder, { name, os, cpu }) {
  const { version, license, main, types, dependencies, repository } = readJson(join(onnxRuntime, "package.json"));
  const target = join(folder, name.replace("/", "+"));
  mkdirSync(join(target, binaries, os), { recursive: true });
  cpSync(join(onnxRuntime, "dist"), join(target, "dist"), { recursive: true });
  cpSync(join(onnxRuntime, binaries, os, cpu), join(target, binaries, os, cpu), { recursive: true });
  writeJson(join(target, "package.json"), {
    ...{ name, version, license, main, types, repository, os: [os], cpu: [cpu] },
    description: `ONNX Runtime's binding for Node on ${os}, ${cpu}: the files of onnxruntime-node ${version} for this platform`,
    dependencies: { "onnxruntime-common": dependencies["onnxruntime-common"] },
    files: ["bin", "dist"],
  });
  const text = `# ${name}

The files of Microsoft's [onnxruntime-node](https://www.npmjs.com/package/onnxruntime-node) ${version} for ${os} on ${cpu}, unchanged
and alone: without those of other platforms, and without the script that downloads CUDA's part while it is installed. MIT, by
Microsoft Corporation. lookonce uses it; install onnxruntime-node beside lookonce to have CUDA.
`;
  writeFileSync(join(target, "README.md"), text);
  writeFileSync(join(target, "LICENSE"), microsoftLicense);
  return target;
}

/** onnxruntime-node declares MIT and carries no text of it; this is the one of its repository. */
const microsoftLicense = `MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;
