import type { Device, DeviceName } from "./device-name.ts";

export const devices: Readonly<Record<DeviceName, Device>> = {
  cpu: {
    package: "onnxruntime-node",
    backend: "onnxruntime",
    providers: ["cpu"],
    remedy:
      "Install again with `npm install --include=optional`: ONNX Runtime's binaries come in a package for each platform.",
  },
  webgpu: {
    package: "onnxruntime-node",
    backend: "onnxruntime-webgpu",
    providers: ["webgpu", "cpu"],
    remedy:
      "It needs a GPU with a driver for Vulkan, Metal or Direct3D 12; on Linux also libvulkan1 (`apt install libvulkan1`).",
  },
  cuda: {
    package: "onnxruntime-node",
    backend: "onnxruntime-cuda",
    providers: ["cuda", "cpu"],
    remedy:
      "It needs an NVIDIA GPU, CUDA 12 with cuDNN 9, and the provider that `npm install onnxruntime-node` downloads (without its script: `node node_modules/onnxruntime-node/script/install.js`).",
  },
  tensorflow: {
    package: "@tensorflow/tfjs-node",
    backend: "tensorflow",
    remedy:
      "Install it with `npm install @tensorflow/tfjs-node`; where that package's download does not work, with `--ignore-scripts`, then `npx lookonce-libtensorflow`.",
  },
  "tensorflow-gpu": {
    package: "@tensorflow/tfjs-node-gpu",
    backend: "tensorflow",
    remedy:
      "Install it with `npm install @tensorflow/tfjs-node-gpu` (CUDA 11.2, cuDNN 8.1), or with `--ignore-scripts` and then `npx lookonce-libtensorflow --gpu` (CUDA 12.2, cuDNN 8.9); it needs an NVIDIA GPU.",
  },
};
