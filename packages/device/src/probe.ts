import { type ExecFileException, execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { runtimeFile } from "@lookonce/backend-onnxruntime/runtime-file";
import { explainCuda } from "./cuda-libraries.ts";
import type { DeviceName, DeviceOptions, DeviceState } from "./device-name.ts";
import { devices } from "./devices.ts";

/** A driver that has not answered after this long does not work. */
const timeoutSeconds = 60;

/** An ONNX model, `y = MatMul(a, a)` for a square matrix of any size. */
const matMulModel =
  "CAkSCGxvb2tvbmNlGgAyAEIECgAQFDpLChQKAWEKAWESAXkaAXkiBk1hdE11bBIFcHJvYmVaFQoBYRIQCg4IARIKCgMSAW4KAxIBbmIVCgF5EhAKDggBEgoKAxIBbgoDEgFu";

/** Runs in the other process: checks and times a matmul of ones on one execution provider. */
const onnxRuntimeScript = `
const [, url, provider] = process.argv;
const loaded = await import(url);
const { InferenceSession, Tensor } = loaded.InferenceSession ? loaded : loaded.default;
const session = await InferenceSession.create(Buffer.from("${matMulModel}", "base64"), { executionProviders: [provider] });
async function fastest(size, runs) {
  const a = new Tensor("float32", new Float32Array(size * size).fill(1), [size, size]);
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    const { y } = await session.run({ a });
    best = Math.min(best, performance.now() - start);
    if (y.data[0] !== size || y.data[size * size - 1] !== size) throw new Error("it computes wrong numbers");
  }
  return best;
}
// A renderer in software would need minutes for the large matmul: its time follows from a small one.
const small = await fastest(128, 2);
console.log(JSON.stringify({ milliseconds: small > 8 ? small * 512 : await fastest(1024, 4) }));
`;

const tensorFlowScript = `
const [, url, needsGpu] = process.argv;
const loaded = await import(url);
const tf = loaded.default ?? loaded;
await tf.setBackend("tensorflow");
if ((await tf.square(tf.scalar(3)).data())[0] !== 9) throw new Error("it computes wrong numbers");
if (needsGpu === "true" && !tf.backend().isUsingGpuDevice) throw new Error("TensorFlow found no GPU that it can use");
console.log("{}");
`;

/** Tries a device in another process: a driver may write to the terminal, hang, or end its process. */
export async function probe(device: DeviceName, _options?: DeviceOptions): Promise<DeviceState> {
  const { package: name, providers, remedy } = devices[device];
  const url = packageUrl(name);
  if (url === undefined) return { device, usable: false, reason: `It is not installed. ${remedy}` };
  const result =
    providers === undefined
      ? await runApart(tensorFlowScript, [url, String(device === "tensorflow-gpu")])
      : await runApart(onnxRuntimeScript, [url, providers[0]]);
  if ("fault" in result) {
    const missing = device === "cuda" ? explainCuda(fileURLToPath(url)) : undefined;
    const reason = missing === undefined ? result.fault : `It does not work: ${missing}`;
    return { device, usable: false, reason: `${reason} ${remedy}` };
  }
  const { milliseconds } = result;
  if (milliseconds === undefined) return { device, usable: true, reason: "it computes" };
  return { device, usable: true, reason: `a matmul took ${milliseconds.toFixed(1)} ms`, milliseconds };
}

const require: NodeJS.Require = createRequire(import.meta.url);
const restoreUtil: string = fileURLToPath(new URL("../bin/restore-util.cjs", import.meta.url));

/** The file that an import of a package would load, or `undefined` when it is not installed. */
function packageUrl(name: string): string | undefined {
  try {
    const file = name === "onnxruntime-node" ? runtimeFile() : require.resolve(name);
    return file && pathToFileURL(file).href;
  } catch {
    return undefined;
  }
}

/** Runs a script in a process of its own and reads the JSON it prints. */
async function runApart(
  script: string,
  args: readonly string[],
): Promise<{ milliseconds?: number } | { fault: string }> {
  const flags = ["--require", restoreUtil, "--input-type=module", "-e"];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, ...args], {
      // So that TensorFlow writes which libraries it lacks.
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "0" },
      timeout: timeoutSeconds * 1000,
      killSignal: "SIGKILL",
      maxBuffer: Number.POSITIVE_INFINITY,
    });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  } catch (error) {
    const { code, signal, message, stderr = "" } = error as ExecFileException & { stderr?: string };
    return { fault: typeof code === "string" ? `It cannot be tried: ${message}.` : explain(stderr, signal) };
  }
}

/** The message of the error that ended the script, without its stack, and what TensorFlow wrote about CUDA's libraries. */
function explain(errors: string, signal: string | null | undefined): string {
  if (signal) return `It did not answer within ${timeoutSeconds} s, or its driver crashed (${signal}).`;
  const libraries = [...errors.matchAll(/Could not load dynamic library '([^']+)'/g)].map(([, name]) => name);
  const driver = errors.includes("Could not find cuda drivers")
    ? [" NVIDIA's driver (libcuda.so.1) was not found."]
    : [];
  const missing = [...libraries.map((name) => ` ${name} was not found.`), ...driver].join("");
  const lastLine = errors.trim().split("\n").at(-1) || "it ended without saying why";
  const message = /^(?:\w*Error): (.*)$/m.exec(errors)?.[1] ?? lastLine;
  return `It does not work: ${message.replace(/^\S*onnxruntime_src\S* .*? was false\. /, "").trim()}.${missing}`;
}
