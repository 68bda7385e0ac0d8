import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** The angle of the point (b, a), from the arctangent of the smaller side over the larger, by octants. */
export const atan2: Kernel = binary((to, y, x) => {
  const zero = to.scalar(0);
  const [ax, ay] = [to.node("Abs", [x]), to.node("Abs", [y])];
  const longer = to.node("Max", [ax, ay]);
  const safe = to.node("Where", [to.node("Equal", [longer, zero]), to.scalar(1), longer]);
  const base = to.node("Atan", [to.node("Div", [to.node("Min", [ax, ay]), safe])]);
  const steep = to.node("Greater", [ay, ax]);
  const first = to.node("Where", [steep, to.node("Sub", [to.scalar(Math.PI / 2), base]), base]);
  // 1/x tells −0 from +0: the angle of (−0, 0) is π.
  const isLeft = to.node("Or", [
    to.node("Less", [x, zero]),
    to.node("And", [to.node("Equal", [x, zero]), to.node("Less", [to.node("Reciprocal", [x]), zero])]),
  ]);
  const half = to.node("Where", [isLeft, to.node("Sub", [to.scalar(Math.PI), first]), first]);
  const isBelow = to.node("Less", [y, zero]);
  return to.node("Where", [isBelow, to.node("Neg", [half]), half]);
});
