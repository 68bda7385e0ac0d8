import { describe, expect, it } from "vitest";
import { readYaml, readYamlSync } from "./read.web.ts";

const options = { what: "data set file", expected: "keys such as path:" };

describe("documents in a page", () => {
  it("are read from their text: it says so where a path is given", async () => {
    const message = expect.stringContaining("data set file coco.yaml: read its text");
    const error = expect.objectContaining({ code: "UNSUPPORTED", message });
    await expect(readYaml("coco.yaml", options)).rejects.toEqual(error);
    expect(() => readYamlSync("coco.yaml", options)).toThrow(error);
  });
});
