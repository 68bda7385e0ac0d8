// Runs the tests of numerical code on every device that can be had here: `node scripts/test-devices.mjs [--install]`.
//
// `tensorflow` runs where @tensorflow/tfjs-node works, `webgpu` where there is a GPU or a Vulkan driver in software, such as
// the one that Debian's chromium brings along. What is missing is said, and is no failure; `--install` tries to get it first.
// Two more are the processor by other routes: `cpu-avx2`, which hides AVX-512 from ONNX Runtime, so that blocks have 8 channels,
// and `cpu-plain`, what other processors than x86-64 compute with.
// `--only cpu-plain,webgpu` runs these alone. `--reports FOLDER` writes vitest's JSON report of each device there. `cpu` is what `npm test` runs on.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { install: { type: "boolean", default: false }, only: { type: "string" }, reports: { type: "string" } },
});

/** Test files of numerical code that runs on the processor by other routes than usual. */
const routeTests = {
  fast: [
    "packages/backend-onnxruntime/src/conformance",
    "packages/backend-onnxruntime/src/kernels",
    "packages/nn/src/gradients",
    "packages/nn/src/golden-forward",
    "packages/loss",
    "packages/trainer/src/train-step",
    "packages/trainer/src/resume",
  ],
  slow: ["packages/trainer/src/train-families"],
};

/** Test files by device. In software WebGPU is slow: it gets the building blocks, and one training of each family. */
const suites = {
  tensorflow: {
    fast: [
      "packages/device",
      "packages/nn",
      "packages/loss",
      "packages/trainer/src/optimizer",
      "packages/trainer/src/train-step",
      "packages/trainer/src/train.test",
      "packages/trainer/src/validation",
      "packages/export/src/saved-model/tfjs-node",
      "packages/yolo/src/devices",
    ],
    slow: ["packages/trainer/src/devices"],
  },
  webgpu: {
    fast: [
      "packages/backend-onnxruntime/src/resident",
      "packages/nn/src/functional",
      "packages/nn/src/modules/sppf",
      "packages/loss/src/iou",
      "packages/loss/src/terms",
      "packages/trainer/src/optimizer",
    ],
    slow: ["packages/trainer/src/devices"],
  },
  "cpu-avx2": routeTests,
  "cpu-plain": routeTests,
};

/** Places of a Vulkan driver in software, as packages of Chromium install it. */
const softwareDrivers = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
];

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
}

/** Environment for a device, or why it cannot be had. */
const prepare = {
  tensorflow() {
    if (values.install && !isInstalled("@tensorflow/tfjs-node")) {
      run("npm", [
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "@tensorflow/tfjs-node@4.22.0",
      ]);
    }
    if (!isInstalled("@tensorflow/tfjs-node")) return { reason: "@tensorflow/tfjs-node is not installed" };
    // Does nothing where the package works already.
    const { status } = run(process.execPath, ["scripts/libtensorflow.mjs"]);
    return status === 0 ? { env: {} } : { reason: "libtensorflow could not be had or built, see above" };
  },
  webgpu() {
    if (process.env.VK_ICD_FILENAMES !== undefined || process.platform !== "linux") return { env: {} };
    // A GPU's own driver is found without help.
    if (existsSync("/dev/dri") || existsSync("/dev/nvidia0")) return { env: {} };
    if (values.install && softwareDriver() === undefined && process.getuid?.() === 0) {
      run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "libvulkan1"], {
        stdio: "ignore",
      });
    }
    const driver = softwareDriver();
    if (driver === undefined)
      return { reason: "there is no GPU, and no Vulkan driver in software (apt install chromium libvulkan1)" };
    return { env: { VK_ICD_FILENAMES: driver }, note: "in software" };
  },
  "cpu-avx2"() {
    const flags = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
    if (!flags.includes("avx512f")) return { reason: "the processor has no AVX-512 that could be hidden" };
    if (!flags.includes("cpuid_fault")) return { reason: "AVX-512 cannot be hidden on this processor" };
    const library = join(mkdtempSync(join(tmpdir(), "lookonce-avx2-")), "hide-avx512.so");
    const { status } = run("cc", ["-shared", "-fPIC", "-O2", "bench/hide-avx512.c", "-o", library, "-ldl"]);
    return status === 0 ? { env: { LD_PRELOAD: library } } : { reason: "there is no C compiler, cc" };
  },
  "cpu-plain": () => ({ env: { LOOKONCE_BLOCKS: "off" } }),
};

function softwareDriver() {
  return softwareDrivers.find((file) => existsSync(file));
}

function isInstalled(name) {
  try {
    return createRequire(import.meta.url).resolve(`${name}/package.json`) !== "";
  } catch {
    return false;
  }
}

const lines = ["cpu: the usual tests run on it"];
let failed = false;
const asked = values.only?.split(",");
for (const [device, { fast, slow }] of Object.entries(suites)) {
  if (asked !== undefined && !asked.includes(device)) continue;
  const { env, reason, note } = prepare[device]();
  if (reason !== undefined) {
    lines.push(`${device}: not run, ${reason}`);
    continue;
  }
  const outcomes = [fast, slow].map((files, i) => {
    const speed = ["fast", "slow"][i];
    const report =
      values.reports === undefined ? {} : { LOOKONCE_TEST_REPORT: join(values.reports, `${device}-${speed}.json`) };
    const config = speed === "slow" ? ["--config", "vitest.slow.config.ts"] : [];
    // A renderer in software uses all cores by itself.
    const workers = device === "webgpu" ? ["--maxWorkers=1"] : [];
    const { status } = run(
      "npx",
      ["vitest", "run", ...config, ...workers, "--testTimeout=600000", "--hookTimeout=120000", ...files],
      {
        env: { ...process.env, ...env, ...report, LOOKONCE_TEST_DEVICE: device.split("-")[0] },
      },
    );
    return status === 0;
  });
  failed ||= outcomes.includes(false);
  lines.push(
    `${device}: ran${note === undefined ? "" : ` ${note}`}${outcomes.includes(false) ? ", with failures" : ""}`,
  );
}
console.log(`\ndevices\n${lines.map((line) => `  ${line}`).join("\n")}`);
process.exitCode = failed ? 1 : 0;
