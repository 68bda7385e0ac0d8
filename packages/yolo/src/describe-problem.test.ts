import { describe, expect, it } from "vitest";
import { describeProblem } from "./describe-problem.ts";

describe("describeProblem", () => {
  it("names the file once", () => {
    expect(describeProblem({ path: "a.jpg", reason: "a.jpg is no image" })).toBe("left out: a.jpg is no image");
    expect(describeProblem({ path: "a.txt", line: 3, reason: "class 5 of 5" })).toBe(
      "left out: a.txt, line 3: class 5 of 5",
    );
  });
});
