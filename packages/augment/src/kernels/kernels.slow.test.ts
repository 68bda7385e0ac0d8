import { expect, it } from "vitest";
import { kernelBytes } from "../generated/kernels.ts";

it("are what their sources compile to", async () => {
  // @ts-expect-error: a script, without types
  const { compileKernels } = await import("../../kernels/build.mjs");
  expect(Buffer.from(await compileKernels()).toString("base64")).toBe(kernelBytes);
}, 60_000);
