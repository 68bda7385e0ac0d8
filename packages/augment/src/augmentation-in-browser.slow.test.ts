import { describeInBrowser, type ModulePage, openModule } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as node from "./test-augmentation-in-browser.ts";

describeInBrowser("augmentation in a browser", () => {
  let page: ModulePage<typeof node>;
  beforeAll(async () => {
    page = await openModule<typeof node>(new URL("./test-augmentation-in-browser.ts", import.meta.url));
  });
  afterAll(() => page.close());

  it.each(node.names)("%s: makes the bytes that it makes in Node of the same seed", async (name) => {
    const [expected, made] = [await node.augmented(name), await page.call("augmented", name)];
    expect(new Set(expected).size).toBe(16);
    expect(made.map((sample, i) => sample === expected[i])).toEqual(expected.map(() => true));
  });
});
