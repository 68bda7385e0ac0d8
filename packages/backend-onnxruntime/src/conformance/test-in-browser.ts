import * as tf from "@tensorflow/tfjs-core";
import { currentBackend, RecordedStep, registerOnnxRuntime } from "../index.ts";
import { differences, randomCases } from "./test-differences.ts";

/** Registers the backend in a page. */
export async function start(options: Parameters<typeof registerOnnxRuntime>[0]): Promise<void> {
  await registerOnnxRuntime({ name: "onnxruntime-web", ...options });
  await tf.setBackend("onnxruntime-web");
}

/** Compares random calls of every kernel. Returns how many kernels there were, and what differs. */
export async function compare(rounds: number): Promise<{ kernels: number; problems: string[]; runs: number }> {
  const problems: string[] = [];
  for (const kernel of Object.keys(randomCases)) {
    try {
      problems.push(...(await differences(kernel, { backend: "onnxruntime-web", rounds })));
    } catch (error) {
      problems.push(`${kernel}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { kernels: Object.keys(randomCases).length, problems, runs: currentBackend()?.statistics.runs ?? 0 };
}

/** Moves a variable three steps along the gradient of its squares' sum. Returns where it is then, and its contents. */
export async function descend(): Promise<{ kept: string; contents: number[] }> {
  const w = tf.variable(tf.tensor1d([1, -2, 3]));
  const step = new RecordedStep(
    ({ rate }: { rate: tf.Scalar }) => {
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(w)) as tf.Scalar, [w]);
      w.assign(tf.sub(w, tf.mul(grads[w.name] as tf.Tensor, rate)));
      return { value };
    },
    [w],
  );
  for (let i = 0; i < 3; i++) await step.run({ rate: 0.25 });
  const { data, resident } = currentBackend()?.value(w) ?? {};
  return {
    kept: data === undefined ? (resident?.tensor.location ?? "nowhere") : "host",
    contents: [...(await w.data())],
  };
}

/** Uses a graphics card that is taken away meanwhile. Returns what the error says. */
export async function loseDevice(): Promise<string> {
  const a = tf.ones([4, 4]);
  await tf.matMul(a, a).data();
  const builds = await Promise.all([import("onnxruntime-web/webgpu"), import("onnxruntime-web/jspi")]);
  for (const { env } of builds) ((await env.webgpu.device) as GPUDevice | undefined)?.destroy();
  return failureOf(tf.add(tf.matMul(a, a), 1));
}

/** Multiplies matrices of 100 MB and of 1 KB where WebAssembly addresses 64 MB. Returns what the errors say, if any. */
export async function exhaust(options: Parameters<typeof registerOnnxRuntime>[0]): Promise<string[]> {
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super({ ...descriptor, maximum: 1024 });
    }
  };
  await start(options);
  const failures: string[] = [];
  for (const side of [5000, 16]) {
    const a = tf.ones([side, side]);
    failures.push(await failureOf(tf.matMul(a, a)));
  }
  return failures;
}

async function failureOf(tensor: tf.Tensor): Promise<string> {
  return tensor.data().then(
    () => "",
    (error: Error) => error.message,
  );
}
