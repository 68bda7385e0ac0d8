import { expect, it } from "vitest";
import { agree, connectIfLaunched, launchedBy } from "./processes.web.ts";

it("has one rank in a tab", async () => {
  expect([await connectIfLaunched(), launchedBy()]).toEqual([undefined, undefined]);
  expect(agree).toThrow("pass no communicator");
});
