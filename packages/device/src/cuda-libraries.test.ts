import { describe, expect, it } from "vitest";
import { explainCuda, explainLibraries } from "./cuda-libraries.ts";

describe("explainLibraries", () => {
  it("names what ldd did not find, and where the driver's part comes from", () => {
    const ldd = [
      "\tlinux-vdso.so.1 (0x00007f457dc82000)",
      "\tlibcublasLt.so.12 => not found",
      "\tlibcudnn.so.9 => not found",
      "\tlibcuda.so.1 => not found",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f456941e000)",
    ].join("\n");
    expect(explainLibraries(ldd)).toBe(
      "libcublasLt.so.12, libcudnn.so.9 and libcuda.so.1 were not found. libcuda.so.1 comes with NVIDIA's driver.",
    );
  });

  it("has one library to name, or none", () => {
    expect(explainLibraries("\tlibcudnn.so.9 => not found\n")).toBe("libcudnn.so.9 was not found.");
    expect(explainLibraries("\tlibc.so.6 => /lib/libc.so.6 (0x1)\n")).toBeUndefined();
  });
});

describe("explainCuda", () => {
  it("says that the provider is not there", () => {
    expect(explainCuda("/nowhere/onnxruntime-node/dist/index.js")).toMatch(
      process.platform === "linux" && process.arch === "x64" ? /libonnxruntime_providers_cuda\.so is not/ : /only/,
    );
  });
});
