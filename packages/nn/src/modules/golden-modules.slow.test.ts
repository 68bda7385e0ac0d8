import { describeGolden, enterTestDevice, expectClose, type GoldenTensor, goldenTensors } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { channelsFirst, expectSummary, type GoldenMap, image, values } from "../test-golden.ts";
import { compare, inputNames, loadModule, names, root, run, type Tensors } from "./test-modules.ts";

beforeAll(async () => {
  await enterTestDevice();
});

/** The sum of all outputs times what the reference multiplied them with. */
function product(outputs: Record<string, tf.Tensor>, golden: Tensors): tf.Scalar {
  const products = Object.entries(outputs).map(([name, map]) => {
    const { data, shape } = golden[`cotangent_${name}`] as GoldenTensor;
    return tf.sum(tf.mul(map, tf.tensor(data, shape)));
  });
  return tf.addN(products) as tf.Scalar;
}

/** A gradient in PyTorch's layout. */
const torchLayout = (tensor: tf.Tensor): tf.Tensor =>
  tensor.rank === 4 ? tf.transpose(tensor as tf.Tensor4D, [3, 2, 0, 1]) : tensor;

/**
 * Cases of one image in several areas, for which PyTorch's gradient is not the derivative: in double precision it is far from
 * PyTorch's own finite differences, which agree with ours. With two images, as in area_attention_4, it is right.
 */
const wrongGradients = new Set(["area_block", "a2c2f_area4", "a2c2f_residual"]);

const tolerance = { abs: 1e-3, rel: 1e-3 };

/** Compares the derivative along the gradient itself with a difference of the function, whose value is `at()`. */
async function expectDerivative(at: () => tf.Scalar, variables: tf.Variable[], gradients: tf.Tensor[]): Promise<void> {
  const [squares = 0] = await tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))).data();
  const shifted = async (step: number): Promise<number> => {
    for (const [i, variable] of variables.entries()) {
      tf.tidy(() => variable.assign(tf.add(variable, tf.mul(gradients[i] as tf.Tensor, step))));
    }
    const [value = 0] = await at().data();
    return value;
  };
  // So small that the gradient hardly changes, so large that rounding does not count
  const step = 1e-3 / Math.sqrt(squares);
  const above = await shifted(step);
  const below = await shifted(-2 * step);
  expectClose([(above - below) / (2 * step)], [squares], { rel: 2e-2 });
}

describeGolden("modules of YOLOv9, YOLOv10, YOLO12 and YOLO26", [`${root}/rep_conv/settings.json`], () => {
  it.each(names)("%s in inference and in training, with its gradients", async (name) => {
    const { module, settings, golden } = loadModule(name);
    const trained = goldenTensors(`${root}/${name}/train.safetensors`);
    const inputs = inputNames(settings, golden);
    const maps = inputs.map((input) => tf.variable(image(golden[input] as GoldenTensor)));
    const parameters = module.namedParameters();

    // All is recorded before anything is read: one graph
    const inferred = run(module.eval(), maps);
    const outputs = run(module.train(), maps);
    const variables = [...parameters.values(), ...maps];
    const { grads } = tf.variableGrads(() => product(run(module, maps), trained), variables);
    const gradients = variables.map((variable) => grads[variable.name] as tf.Tensor);
    const turned = tf.tidy(() => gradients.map((g, i) => (i < parameters.size ? torchLayout(g) : channelsFirst(g))));

    const abs = name === "a2c2f_area1_two" ? 1e-3 : 1e-4;
    await compare(inferred, golden, abs);
    await compare(outputs, trained, abs);
    if (wrongGradients.has(name)) {
      await expectDerivative(() => product(run(module, maps), trained), variables, gradients);
    } else {
      expect([...parameters.keys()].sort()).toEqual(Object.keys(settings.parameter_gradients).sort());
      for (const [i, parameter] of [...parameters.keys()].entries()) {
        const expected = settings.parameter_gradients[parameter] as GoldenMap;
        await expectSummary(turned[i] as tf.Tensor, expected, { spread: tolerance, firstValues: tolerance });
      }
      for (const [i, input] of inputs.entries()) {
        const { data } = trained[`grad_${input}`] as GoldenTensor;
        expectClose(await values(turned[parameters.size + i] as tf.Tensor), data, tolerance);
      }
    }
    module.dispose();
  });
});
