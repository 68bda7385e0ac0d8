import { expect, it } from "vitest";
import { linkTo, routeOf } from "./route.ts";

it("reads the addresses that it writes, and reads what it does not know as the start", () => {
  expect(linkTo("runs", "a b/c,d")).toBe("#/runs/a%20b%2Fc%2Cd");
  expect(routeOf(linkTo("runs", "a b/c,d"))).toEqual({ view: "runs", rest: ["a b/c,d"] });
  expect(routeOf("")).toEqual({ view: "detect", rest: [] });
  expect(routeOf("#/nowhere/1")).toEqual({ view: "detect", rest: ["1"] });
  expect(routeOf("#/train/%E0%A4%A")).toEqual({ view: "train", rest: ["%E0%A4%A"] });
});
