import { Random } from "@lookonce/random";
import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { C3, initialize, Module, observeModules } from "./index.ts";

/** The events of a computation: `+path` when a module begins, `-path` when it is done. */
function observed(module: Module, run: () => unknown): string[] {
  const events: string[] = [];
  const enter = (path: string): (() => void) => {
    events.push(`+${path}`);
    return () => events.push(`-${path}`);
  };
  observeModules(module, enter, run);
  return events;
}

describe("observeModules", () => {
  const module = new C3(4, 4);
  let x: tf.Tensor4D;
  beforeAll(async () => {
    await enterTestDevice("javascript");
    initialize(module, new Random(0));
    module.eval();
    x = tf.ones([1, 4, 4, 4]);
  });

  it("reports modules as they are entered and left, and leaves them as they were", async () => {
    const before = await module.forward(x).data();
    let during: tf.Tensor4D | undefined;
    const events = observed(module, () => {
      during = module.forward(x);
    });
    expect(await during?.data()).toEqual(before);
    expect(events.slice(0, 6)).toEqual(["+", "+cv1", "+cv1.conv", "-cv1.conv", "+cv1.bn", "-cv1.bn"]);
    expect(events).toContain("+m.0.cv1.conv");
    expect(events.at(-1)).toBe("-");
    for (const part of module.namedModules().values()) expect(Object.hasOwn(part, "forward")).toBe(false);
    expect(observed(module, () => 0)).toEqual([]);
  });

  it("leaves modules whose computation fails", () => {
    class Failing extends Module {
      forward(): never {
        throw new Error("no");
      }
    }
    const failing = new Failing();
    const events: string[] = [];
    const enter = (): (() => void) => () => events.push("left");
    expect(() => observeModules(failing, enter, () => failing.forward())).toThrow("no");
    expect(events).toEqual(["left"]);
    expect(Object.hasOwn(failing, "forward")).toBe(false);
  });
});
