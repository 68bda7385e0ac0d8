import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEngine } from "@lookonce/backend-onnxruntime/engine";
import { describeInBrowser, openModule, runtimeFiles, tinyNeckYaml } from "@lookonce/testing";
import { expect, it } from "vitest";
import * as here from "./test-export-in-browser.ts";

/** What ONNX Runtime computes in Node of a file on an image of stripes. */
async function outputOf(file: string): Promise<Float32Array> {
  const engine = await loadEngine({ executionProviders: ["cpu"] });
  const session = await engine.compile(Buffer.from(file, "base64"), { executionProviders: ["cpu"] });
  const image = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => ((i >> 3) % 5) / 4);
  const images = engine.tensor({ dtype: "float32", shape: [1, 3, 64, 64] }, image);
  const { output0 } = await session.run({ images }, { output0: null });
  await session.release();
  return output0?.data as Float32Array;
}

describeInBrowser("an export in a tab", () => {
  it("writes what Node writes", async () => {
    const place = mkdtempSync(join(tmpdir(), "export-in-browser-"));
    await here.start();
    const expected = await here.write(tinyNeckYaml("v8"), place);
    rmSync(place, { recursive: true });
    const { call, close } = await openModule<typeof here>(new URL("./test-export-in-browser.ts", import.meta.url), {
      inWorker: true,
    });
    try {
      await call("start", { runtimeFiles, threads: 2 });
      const written = await call("write", tinyNeckYaml("v8"), "/models");
      expect(Number(written.far)).toBeLessThan(1e-3);
      expect(written.safetensors === expected.safetensors).toBe(true);
      const [ours, theirs] = [await outputOf(written.onnx), await outputOf(expected.onnx)];
      expect(ours).toHaveLength(theirs.length);
      expect(Math.max(...ours.map((value, i) => Math.abs(value - (theirs[i] as number))))).toBeLessThan(1e-3);
    } finally {
      await close();
    }
  });
});
