import { str } from "@lookonce/onnx";
import type { PadV2Attrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

const channelsLastPlace = [0, 3, 1, 2];

export const padV2: Kernel = kernel<PadV2Attrs>({
  inputs: ["x"],
  infer: ([x], { paddings }) => ({
    shape: x!.shape.map((dim, i) => paddings[i]![0] + dim + paddings[i]![1]),
    dtype: x!.dtype,
  }),
  lower(to, { inputs, attrs, output }) {
    const x = inputs[0]!;
    const isChannelsFirst = x.shape.length === 4 && to.isChannelsFirst(x);
    const paddings = isChannelsFirst ? channelsLastPlace.map((axis) => attrs.paddings[axis]!) : attrs.paddings;
    const name = to.node(
      "Pad",
      [
        isChannelsFirst ? to.getChannelsFirst(x) : to.get(x),
        to.int64s([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]),
        to.scalar(attrs.constantValue, x.dtype),
      ],
      { mode: str("constant") },
    );
    if (isChannelsFirst) to.setChannelsFirst(output, name);
    else to.set(output, name);
  },
});
