import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { Device, DeviceName, DeviceOptions, DeviceState } from "./device-name.ts";

const absent: Device = { package: "", backend: "", remedy: "Browsers have cpu and webgpu; for others use Node." };

export const devices: Readonly<Record<DeviceName, Device>> = {
  cpu: {
    package: "onnxruntime-web",
    backend: "onnxruntime",
    providers: ["cpu"],
    remedy: "It needs WebAssembly, and onnxruntime-web's files where runtimeFiles says, or beside the page's bundle.",
  },
  webgpu: {
    package: "onnxruntime-web",
    backend: "onnxruntime-webgpu",
    providers: ["webgpu", "cpu"],
    remedy:
      "It needs a browser with WebGPU and a page that was loaded by https or from localhost; cpu works elsewhere.",
  },
  cuda: absent,
  tensorflow: absent,
  "tensorflow-gpu": absent,
};

/** Tries a device of the page by a matmul of ones. Another backend of tfjs than before may be the current one then. */
export async function probe(device: DeviceName, { threads, runtimeFiles }: DeviceOptions = {}): Promise<DeviceState> {
  const { backend, providers, remedy } = devices[device];
  if (providers === undefined) return { device, usable: false, reason: remedy };
  if (device === "webgpu" && !(await hasAdapter())) {
    return { device, usable: false, reason: `The browser offers no graphics card. ${remedy}` };
  }
  try {
    if (tf.findBackend(backend) === null) {
      await registerOnnxRuntime({ name: backend, executionProviders: providers, threads, runtimeFiles });
    }
    await tf.setBackend(backend);
    // A renderer in software would need minutes for the large matmul: its time follows from a small one.
    const small = await fastest(128, 2);
    const milliseconds = small > 8 ? small * 512 : await fastest(1024, 4);
    return { device, usable: true, reason: `a matmul took ${milliseconds.toFixed(1)} ms`, milliseconds };
  } catch (error) {
    return { device, usable: false, reason: `It does not work: ${(error as Error).message} ${remedy}` };
  }
}

/** Whether the browser offers a graphics card, or a renderer in software in its place. */
async function hasAdapter(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
  return ((await gpu?.requestAdapter()) ?? null) !== null;
}

async function fastest(size: number, runs: number): Promise<number> {
  const a = tf.ones([size, size]);
  let best = Number.POSITIVE_INFINITY;
  try {
    for (let i = 0; i < runs; i++) {
      const start = performance.now();
      const product = tf.matMul(a, a);
      const values = await product.data();
      best = Math.min(best, performance.now() - start);
      product.dispose();
      if (values[0] !== size || values.at(-1) !== size) throw new Error("it computes wrong numbers.");
    }
    return best;
  } finally {
    a.dispose();
  }
}

/** @throws LookonceError `DEVICE`: browsers cannot load TensorFlow */
export async function loadTensorFlow(): Promise<void> {
  throw new LookonceError("DEVICE", absent.remedy);
}
