import { describeInBrowser } from "@lookonce/testing";
import { expect, it } from "vitest";
import { accessibilityFaults, documentationImage, sidewaysPixels } from "./test-page.ts";
import { TestSite } from "./test-site.ts";

describeInBrowser("the page of the API", () => {
  const site = new TestSite();

  it("describes and tries POST /v1/predict", async () => {
    const page = await site.open("#/api");
    await page.getByRole("heading", { name: "Finds objects in images" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel("image", { exact: true }).setInputFiles(site.service.images[0] ?? "");
    await page.getByLabel(/^conf/).fill("0.3");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: /^Answer 200 after \d+ ms$/ }).waitFor();
    expect(await page.getByLabel("Text of the answer").textContent()).toContain('"boxes"');
    expect(await page.getByLabel("Command line").textContent()).toMatch(/-F image=@.+ \\\n {2}-F conf=0\.3$/);
    await documentationImage(page, "api-light.png");
    await page.getByLabel(/^conf/).fill("much");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: /^Answer 400/ }).waitFor();
    site.forgive();
  });

  it("lists every operation, and is readable on a phone", async () => {
    const page = await site.open("#/api/listModels", { viewport: { width: 380, height: 740 } });
    await page.getByRole("heading", { name: "Lists models" }).waitFor();
    expect(await page.getByRole("link", { name: /\/v1\// }).count()).toBeGreaterThan(20);
    expect(await sidewaysPixels(page)).toBe(0);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: /^Answer 200/ }).waitFor();
  });
});
