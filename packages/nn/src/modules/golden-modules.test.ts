import { describeGolden, enterTestDevice, expectClose, type GoldenTensor, goldenTensors } from "@lookonce/testing";
import type * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { fuse, type Layer, stateDict } from "../index.ts";
import { channelsFirst, expectSummary, image, values } from "../test-golden.ts";
import { compare, inputNames, loadModule, names, root, run, type Tensors } from "./test-modules.ts";

beforeAll(() => enterTestDevice("javascript"));

describeGolden("modules of YOLOv9, YOLOv10, YOLO12 and YOLO26", [`${root}/rep_conv/settings.json`], () => {
  it.each(names)("%s in inference", async (name) => {
    const { module, settings, golden } = loadModule(name);
    expect(module.parameterCount).toBe(settings.params);
    const maps = inputNames(settings, golden).map((input) => image(golden[input] as GoldenTensor));
    await compare(run(module.eval(), maps), golden, name === "a2c2f_area1_two" ? 1e-3 : 1e-4);
    module.dispose();
  });

  it.each(["rep_csp", "c2f_cib_large_kernel"])("%s moves its running statistics", async (name) => {
    const { module, settings, golden } = loadModule(name);
    run(module.train(), [image(golden.input as GoldenTensor)]);
    const expected = Object.entries(settings.running_after_train_pass);
    expect(expected.length).toBeGreaterThan(3);
    const close = { abs: 1e-4 };
    for (const [buffer, summary] of expected) {
      const variable = module.namedBuffers().get(buffer) as tf.Variable;
      await expectSummary(variable, summary, { spread: close, firstValues: close });
    }
    module.dispose();
  });

  it.each(["rep_conv", "rep_conv_grouped_stride2", "rep_vgg_dw"])("%s becomes one convolution", async (name) => {
    const { module, settings, golden } = loadModule(name);
    const { input, output: unfused } = golden;
    const fused = goldenTensors(`${root}/${name}/fused.safetensors`);
    const { output, ...weights } = fused as Tensors & { output: GoldenTensor };
    await fuse(module);
    const state = await stateDict(module);
    expect([...state.keys()].sort()).toEqual(Object.keys(weights).sort());
    for (const [key, { shape, data }] of state) {
      expect(shape).toEqual(weights[key]?.shape);
      expectClose(data, weights[key]?.data as Float32Array, { abs: 1e-5, rel: 1e-5 });
    }
    const y = await values(channelsFirst((module as Layer).forward(image(input as GoldenTensor))));
    expectClose(y, output.data, { abs: 1e-4 });
    // The reference's own difference, and as much again for another order of sums
    expectClose(y, unfused?.data as Float32Array, { abs: 2 * (settings.fused_minus_unfused_max_abs as number) });
    module.dispose();
  });
});
