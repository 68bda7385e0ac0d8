import { describe, expect, it } from "vitest";
import { didYouMean, LookonceError, nearest } from "./index.ts";

describe("nearest", () => {
  it("finds the key that was meant", () => {
    expect(nearest("epoch", ["epochs", "imgsz", "batch"])).toBe("epochs");
    expect(nearest("imgz", ["epochs", "imgsz", "batch"])).toBe("imgsz");
    expect(nearest("modle", ["model", "source", "conf"])).toBe("model");
  });
  it("prefers the closest of several", () => {
    expect(nearest("lr", ["lr0", "lrfoo"])).toBe("lr0");
  });
  it("says nothing when nothing is close", () => {
    expect(nearest("xyz", ["epochs", "imgsz"])).toBeUndefined();
    expect(didYouMean("xyz", [])).toBe("");
  });
});

describe("LookonceError", () => {
  it("carries a code and its cause", () => {
    const cause = new Error("disk");
    const error = new LookonceError("IO", "cannot read a.yaml", { cause });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message, error.cause]).toEqual([
      "LookonceError",
      "IO",
      "cannot read a.yaml",
      cause,
    ]);
  });
});
