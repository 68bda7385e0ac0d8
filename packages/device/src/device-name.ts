import { type DeviceName, deviceNames } from "@lookonce/config";
import { didYouMean, LookonceError } from "@lookonce/errors";

export { type DeviceName, deviceNames } from "@lookonce/config";

/** A device's name as a user typed it, or `auto`. */
export function parseDeviceName(name: string): DeviceName | "auto" {
  const known = ["auto", ...deviceNames] as const;
  const found = known.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new LookonceError(
    "ARGUMENT",
    `there is no device "${name}"; there are ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}

/** The devices that run on ONNX Runtime: which of its execution providers, and what tfjs calls the backend. */
export const onnxRuntimeDevices = {
  cpu: { providers: ["cpu"], backend: "onnxruntime" },
  webgpu: { providers: ["webgpu", "cpu"], backend: "onnxruntime-webgpu" },
  cuda: { providers: ["cuda", "cpu"], backend: "onnxruntime-cuda" },
} as const;

/** The devices that run on TensorFlow: the package that brings them. */
export const tensorFlowDevices = {
  tensorflow: { package: "@tensorflow/tfjs-node", backend: "tensorflow" },
  "tensorflow-gpu": { package: "@tensorflow/tfjs-node-gpu", backend: "tensorflow" },
} as const;

/** What a user can do to get a device that does not work. */
export const remedies: Readonly<Record<DeviceName, string>> = {
  cpu: "Reinstall onnxruntime-node; its binaries come with the npm package.",
  webgpu:
    "It needs a GPU with a driver for Vulkan, Metal or Direct3D 12; on Linux also libvulkan1 (`apt install libvulkan1`).",
  cuda: "It needs an NVIDIA GPU, CUDA 12 with cuDNN 9, and the provider that `node node_modules/onnxruntime-node/script/install.js` downloads.",
  tensorflow:
    "Install it with `npm install @tensorflow/tfjs-node`; where that package's download does not work, with `--ignore-scripts`, then `npx lookonce-libtensorflow`.",
  "tensorflow-gpu":
    "Install it with `npm install @tensorflow/tfjs-node-gpu` (CUDA 11.2, cuDNN 8.1), or with `--ignore-scripts` and then `npx lookonce-libtensorflow --gpu` (CUDA 12.2, cuDNN 8.9); it needs an NVIDIA GPU.",
};
