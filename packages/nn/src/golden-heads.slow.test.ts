import { describeGolden, enterTestDevice, expectClose, type GoldenTensor, goldenTensors } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, it } from "vitest";
import { channelsFirst, values } from "./test-golden.ts";
import { heads, loadHead, outputs, root } from "./test-heads.ts";

beforeAll(async () => {
  await enterTestDevice();
});

const names = Object.keys(heads);

describeGolden("heads of YOLO26 and YOLOv10", [`${root}/detect_dual_reg1/train.safetensors`], () => {
  it.each(names)("%s in training: outputs and gradients, the one-to-one branch apart from the body", async (name) => {
    const made = loadHead(name);
    const golden = goldenTensors(`${root}/${name}/train.safetensors`);
    const { extras } = heads[name] as (typeof heads)[string];
    made.head.train();
    for (const [key, tensor] of outputs(made, extras)) {
      expectClose(await values(tensor), (golden[`output.${key}`] as GoldenTensor).data, { abs: 1e-4 });
    }
    const objective = (inputs: tf.Tensor4D[]): tf.Scalar => {
      const parts = [...outputs({ ...made, inputs }, extras)].map(([key, tensor]) => {
        // Prototypes are those of the one-to-many branch
        if (key.startsWith("one2one.proto")) return tf.scalar(0);
        const { shape, data } = golden[`cotangent_output.${key}`] as GoldenTensor;
        return tf.sum(tf.mul(tensor, tf.tensor(data, shape)));
      });
      return tf.addN(parts) as tf.Scalar;
    };
    const gradients = tf.grads((...inputs) => objective(inputs as tf.Tensor4D[]))(made.inputs);
    for (const [i, gradient] of gradients.entries()) {
      const { data } = golden[`grad_input.${i}`] as GoldenTensor;
      expectClose(await values(channelsFirst(gradient)), data, { abs: 1e-3, rel: 1e-3 });
    }
    const { grads } = tf.variableGrads(() => objective(made.inputs));
    const expected = made.settings.parameter_gradients;
    for (const [path, variable] of made.head.namedParameters()) {
      if (!variable.trainable || !(path in expected)) continue;
      const gradient = grads[variable.name] as tf.Tensor;
      const { mean, std } = expected[path];
      const moments = tf.moments(gradient);
      expectClose(await values(moments.mean), [mean], { abs: 1e-3, rel: 1e-3 });
      expectClose(await values(tf.sqrt(moments.variance)), [std], { abs: 1e-3, rel: 1e-3 });
    }
  });
});
