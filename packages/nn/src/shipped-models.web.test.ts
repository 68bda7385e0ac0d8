import { expect, it } from "vitest";
import { readShipped, shippedModels } from "./shipped-models.ts";

it("pages have the shipped model files, as npm run generate writes them", async () => {
  const lines = shippedModels().map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(readShipped(name))},\n`);
  const type = "Readonly<Record<string, string>>";
  const text = `/** The files of the folder models, for pages. Made by npm run generate. */\nexport const modelTexts: ${type} = {\n${lines.join("")}};\n`;
  await expect(text).toMatchFileSnapshot("./generated/model-texts.ts");
});
