import { type Image, readImage, resizeArea } from "@lookonce/image";
import { describeInBrowser, type ModulePage, openModule } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as node from "./test-plots-in-browser.ts";

/** Pixels of an eighth of the size, in which letters of two fonts look nearly alike. */
function softened(image: Image): number[] {
  const [width, height] = [Math.ceil(image.width / 8), Math.ceil(image.height / 8)];
  return [...resizeArea(image, { width, height }).data];
}

describeInBrowser("plots in a browser", () => {
  let page: ModulePage<typeof node>;
  beforeAll(async () => {
    page = await openModule<typeof node>(new URL("./test-plots-in-browser.ts", import.meta.url));
  });
  afterAll(() => page.close());

  it.each(node.plotNames)("%s: look as in Node, but for the edges of lines and the font", async (name) => {
    const files = [await node.plot(name), await page.call("plot", name)];
    const [here, there] = await Promise.all(files.map((file) => readImage(Buffer.from(file, "base64"))));
    expect([there?.width, there?.height]).toEqual([here?.width, here?.height]);
    const [ours, theirs] = [softened(here as Image), softened(there as Image)];
    const differences = ours.map((level, i) => Math.abs(level - (theirs[i] as number)));
    const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
    // Where cells of a matrix are follows from how wide its labels are in their font
    expect(mean).toBeLessThan(name === "matrix" ? 10 : 2);
  });
});
