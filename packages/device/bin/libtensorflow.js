#!/usr/bin/env node
// Gets libtensorflow for @tensorflow/tfjs-node (or -gpu) from PyPI and builds the package's binding to it.
//
// The packages' own install script downloads both from a host that many networks do not let through, and was last built for
// TensorFlow 2.9. The Python wheels of TensorFlow hold the same library with its C headers; the binding is a Node-API module
// of two C++ files, which fits any Node.js from 20 on.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** The wheels that were tried; the library's C interface is stable, so others may do. */
const version = "2.15.1";
const wheels = {
  "@tensorflow/tfjs-node": {
    name: "tensorflow-cpu",
    sha256: "102b27b17e5f6023886b0cb07835af56cd135b845c1b92e597018ba77e54e480",
  },
  "@tensorflow/tfjs-node-gpu": {
    name: "tensorflow",
    sha256: "89b5aa1022dec47e567512eaf4e1271b8e6c1ff1984e30d0d9127bd1093ed4c5",
  },
};

const help = `Gets libtensorflow from PyPI and builds the binding of @tensorflow/tfjs-node to it (Linux, x64).

  npm install --ignore-scripts @tensorflow/tfjs-node
  npx lookonce-libtensorflow

Needs Python 3 (with pip, or a wheel that you downloaded), make and a C++ compiler, as node-gyp does, and 1.5 GB of disk.

  --gpu           for @tensorflow/tfjs-node-gpu: the library with CUDA, which needs CUDA 12.2 and cuDNN 8.9 to use a GPU
  --wheel FILE    take this wheel of tensorflow-cpu or tensorflow instead of downloading one
  --force         build again although it works
  --help          this text
`;

class Failure extends Error {}

function main() {
  const { values } = parseArgs({
    options: {
      gpu: { type: "boolean", default: false },
      wheel: { type: "string" },
      force: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(help.trimEnd());
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Failure(
      `this gets TensorFlow for Linux on x64 only, and this is ${process.platform} on ${process.arch}: let the package's own install script run, \`npm rebuild @tensorflow/tfjs-node\`.`,
    );
  }
  const name = values.gpu ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  const root = findPackage(name);
  if (!values.force && existsSync(bindingOf(root)) && works(root)) {
    return console.log(`${name} works already; --force builds it again.`);
  }
  const scratch = mkdtempSync(join(root, "libtensorflow-"));
  try {
    const wheel = values.wheel === undefined ? download(wheels[name], scratch) : resolve(values.wheel);
    if (!existsSync(wheel)) throw new Failure(`there is no wheel ${wheel}: check the path.`);
    takeLibrary(wheel, { root, scratch });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  build(root);
  if (!works(root)) throw new Failure(`the binding in ${root} was built and does not work: see above.`);
  console.log(`${name} works: device=${values.gpu ? "tensorflow-gpu" : "tensorflow"}`);
}

/** The package's folder, found from where this is run. */
function findPackage(name) {
  try {
    return dirname(createRequire(join(process.cwd(), "package.json")).resolve(`${name}/package.json`));
  } catch {
    throw new Failure(`${name} is not installed here: run \`npm install --ignore-scripts ${name}\` first.`);
  }
}

/** Where the package looks for its binding: under the newest version of Node-API that it and this Node.js know. */
function bindingOf(root) {
  return join(root, "lib", `napi-v${napiOf(root)}`, "tfjs_binding.node");
}

function napiOf(root) {
  const { binary } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Math.max(...binary.napi_versions.filter((one) => one <= Number(process.versions.napi)));
}

function download({ name, sha256 }, folder) {
  const asked = `${name}==${version}`;
  console.log(`downloading ${asked} (about ${name === "tensorflow" ? 475 : 207} MB) with pip`);
  // Any machine's Python can download the wheel of another version of Python: the library in them is the same.
  const target = ["--python-version", "39", "--platform", "manylinux2014_x86_64", "--only-binary=:all:", "--no-deps"];
  run("python3", ["-m", "pip", "download", ...target, "--no-cache-dir", "--dest", folder, asked], {
    hint: "It needs Python 3 with pip and a way to PyPI (or a mirror: PIP_INDEX_URL). Or download the wheel elsewhere and pass it with --wheel.",
  });
  const file = join(folder, readdirSync(folder).find((one) => one.endsWith(".whl")) ?? "");
  const found = createHash("sha256").update(readFileSync(file)).digest("hex");
  if (found !== sha256) throw new Failure(`${file} has the SHA-256 ${found}, and ${sha256} was expected: not used.`);
  return file;
}

/** Puts the library and its headers where the package's build looks for them. */
function takeLibrary(wheel, { root, scratch }) {
  const script =
    "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nn=[m for m in z.namelist() if m.startswith(('tensorflow/libtensorflow_','tensorflow/include/tensorflow/','tensorflow/include/tsl/'))]\nz.extractall(sys.argv[2],n)\n";
  run("python3", ["-c", script, wheel, scratch], { hint: "Is it a whole wheel of TensorFlow?" });
  const unpacked = join(scratch, "tensorflow");
  if (!existsSync(join(unpacked, "libtensorflow_cc.so.2"))) {
    throw new Failure(`${wheel} holds no libtensorflow_cc.so.2: wheels from 2.13 on do; ${version} is known to work.`);
  }
  const deps = join(root, "deps");
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, "lib"), { recursive: true });
  renameSync(join(unpacked, "include"), join(deps, "include"));
  for (const library of ["cc", "framework"]) {
    const file = `libtensorflow_${library}.so.2`;
    renameSync(join(unpacked, file), join(deps, "lib", file));
    // The names that the build links with; what is loaded later is the file's own name.
    symlinkSync(file, join(deps, "lib", library === "cc" ? "libtensorflow.so" : "libtensorflow_framework.so"));
  }
}

/** Builds with node-gyp against the headers of this Node.js, where they came with it; node-gyp downloads them else. */
function build(root) {
  console.log("building the binding with node-gyp");
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, "include/node/node_api.h")) ? [`--nodedir=${prefix}`] : [];
  const napi = napiOf(root);
  const settings = [
    "--module_name=tfjs_binding",
    `--module_path=${join(root, "lib", `napi-v${napi}`)}`,
    `--napi_build_version=${napi}`,
  ];
  const [command, ...before] = nodeGyp(prefix);
  run(command, [...before, "rebuild", ...headers, ...settings], {
    cwd: root,
    hint: "node-gyp needs Python 3, make and a C++ compiler (on Debian: apt install python3 make g++).",
  });
  // node-gyp has put a copy where the package looks.
  if (!existsSync(bindingOf(root))) {
    mkdirSync(dirname(bindingOf(root)), { recursive: true });
    copyFileSync(join(root, "build/Release/tfjs_binding.node"), bindingOf(root));
  }
}

/** node-gyp as npm brings it along, or from the registry. */
function nodeGyp(prefix) {
  const places = [join(prefix, "lib/node_modules/npm")];
  if (process.env.npm_execpath) places.unshift(resolve(process.env.npm_execpath, "../.."));
  const found = places
    .map((npm) => join(npm, "node_modules/node-gyp/bin/node-gyp.js"))
    .find((file) => existsSync(file));
  return found === undefined ? ["npx", "--yes", "node-gyp"] : [process.execPath, found];
}

/** Whether a convolution and its gradient come out right, in a process of its own: a wrong library may crash. */
function works(root) {
  const script = `
    const tf = require(process.argv[1]);
    const x = tf.ones([1, 4, 4, 1]);
    const { grads, value } = tf.variableGrads(() => tf.sum(tf.conv2d(x, w, 1, "same")), [(w = tf.variable(tf.ones([3, 3, 1, 1])))]);
    const center = grads[w.name].dataSync()[4];
    if (value.dataSync()[0] !== 100 || center !== 16) throw new Error("it computes wrong numbers");
    var w;`;
  const restoreUtil = fileURLToPath(new URL("restore-util.cjs", import.meta.url));
  const { status } = spawnSync(process.execPath, ["--require", restoreUtil, "-e", script, root], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { TF_CPP_MIN_LOG_LEVEL: "2", ...process.env },
  });
  return status === 0;
}

/** Runs a program whose output is for nobody unless it fails. */
function run(command, args, { hint, cwd = process.cwd() }) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status === 0) return;
  if (error?.code === "ENOENT") throw new Failure(`${command} is not installed. ${hint}`);
  console.error(`${stdout}${stderr}`.trimEnd().split("\n").slice(-40).join("\n"));
  throw new Failure(`${command} failed, see above. ${hint}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof Failure) && !String(error.code).startsWith("ERR_PARSE_ARGS")) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
