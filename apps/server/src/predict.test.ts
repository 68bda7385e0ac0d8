import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pngFile } from "./test-png.ts";
import { formOf, listen, testService, writeTinyWeights } from "./test-service.ts";

const { app, models } = await testService({ maxImages: 4 });
const url = await listen(app);
const image = pngFile({ width: 80, height: 48 });

interface Answer {
  model: string;
  images: { width: number; height: number; boxes: { class: number; confidence: number }[]; error?: { code: string } }[];
  queue_ms: number;
  total_ms: number;
  error?: { code: string; message: string };
}

async function post(query: string, body: BodyInit, type?: string): Promise<{ status: number; answer: Answer }> {
  const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
  const response = await fetch(`${url}/v1/predict${query}`, { method: "POST", body, headers });
  return { status: response.status, answer: (await response.json()) as Answer };
}

const json = (value: object): [string, string] => [JSON.stringify(value), "application/json"];
const base64 = image.toString("base64");

describe("POST /v1/predict", () => {
  it("accepts an image as the body, with parameters in the address", async () => {
    const { status, answer } = await post("?conf=0.00001&max_det=5", new Uint8Array(image), "image/png");
    expect({ status, answer }).toMatchObject({ status: 200, answer: { model: "tiny" } });
    const [found] = answer.images;
    expect([found?.width, found?.height, found?.boxes.length]).toEqual([80, 48, 5]);
    expect(found?.boxes[0]).toEqual({
      ...{ x1: expect.any(Number), y1: expect.any(Number), x2: expect.any(Number), y2: expect.any(Number) },
      ...{ confidence: expect.any(Number), class: expect.any(Number), name: expect.stringMatching(/cat|dog|bird/) },
    });
    expect(answer.total_ms).toBeGreaterThan(0);
  });

  it("finds the same in a form, in JSON and in the body", async () => {
    const wish = { conf: 0.00001, max_det: 3, classes: [0, 2], agnostic_nms: true, imgsz: 96 };
    const texts = { conf: "0.00001", max_det: "3", classes: "0,2", agnostic_nms: "true", imgsz: "96" };
    const answers = await Promise.all([
      post("?conf=0.00001&max_det=3&classes=0,2&agnostic_nms=true&imgsz=96", new Uint8Array(image), "image/png"),
      post("", formOf([image], texts)),
      post("", ...json({ images: [base64], ...wish })),
      post("?conf=0.9&max_det=3&classes=[0,2]", ...json({ images: [`data:image/png;base64,${base64}`], ...wish })),
    ]);
    for (const { status, answer } of answers) {
      expect(status).toBe(200);
      expect(answer.images[0]?.boxes).toEqual(answers[0]?.answer.images[0]?.boxes);
      expect(answer.images[0]?.boxes.map(({ class: number }) => number).every((n) => n === 0 || n === 2)).toBe(true);
    }
  });

  it("uses the one-to-one branch of a model that has one, and refuses to for others", async () => {
    await writeTinyWeights(join(models, "twin.safetensors"), 2, "\nend2end: true\n");
    const body = JSON.stringify({ file: "twin.safetensors" });
    const loaded = await fetch(`${url}/v1/models`, {
      ...{ method: "POST", body },
      headers: { "content-type": "application/json" },
    });
    expect(await loaded.json()).toMatchObject({ branches: ["one2many", "one2one"], nms: true });
    const counts = await Promise.all(
      ["true", "false"].map(async (nms) => {
        const { answer } = await post(`?model=twin&conf=0&iou=0.1&nms=${nms}`, new Uint8Array(image), "image/png");
        return answer.images[0]?.boxes.length ?? 0;
      }),
    );
    // As many pairs as there are anchors, 8 · 6 + 4 · 3, of which suppression leaves a few
    expect(counts[1]).toBe(60);
    expect(counts[0]).toBeLessThan(50);
    const { status, answer } = await post("?nms=false", new Uint8Array(image), "image/png");
    expect({ status, answer }).toMatchObject({
      status: 400,
      answer: { error: { code: "ARGUMENT", message: expect.stringContaining('"tiny" has no one-to-one branch') } },
    });
  });

  it("detects in several images of different sizes, and reports which could not be read", async () => {
    const wide = pngFile({ width: 200, height: 20 });
    const broken = image.subarray(0, image.length - 20);
    const huge = pngFile({ width: 2, height: 2, announced: { width: 20_000, height: 20_000 } });
    const { status, answer } = await post("", formOf([image, wide, broken, huge]));
    expect(status).toBe(200);
    expect(answer.images.map(({ width, error }) => width ?? error?.code)).toEqual([
      80,
      200,
      "FORMAT",
      "TOO_MANY_PIXELS",
    ]);
  });

  it("answers many at once, each with its own", async () => {
    const sizes = Array.from({ length: 40 }, (_, i) => ({ width: 20 + i, height: 30 + (i % 7) }));
    const answers = await Promise.all(sizes.map((size) => post("", new Uint8Array(pngFile(size)), "image/png")));
    expect(answers.map(({ answer }) => answer.images[0])).toMatchObject(sizes);
  });

  it.each([
    ["a misspelled parameter", "?cnf=0.5", /^There is no parameter "cnf"\. Did you mean "conf"\?$/],
    ["a value out of range", "?conf=2", /^"conf" must be at most 1, not 2\.$/],
    ["a value that is no number", "?conf=abc", /^"conf" must be a number, not "abc"\.$/],
    ["a class that is none", "?classes=0,x", /^"classes\[1\]" must be a whole number, not "x"\.$/],
    ["a size too large", "?imgsz=4096", /^"imgsz" must be at most 128, not 4096\.$/],
  ])("refuses %s", async (_, query, message) => {
    const { status, answer } = await post(query, new Uint8Array(image), "image/png");
    expect(status).toBe(400);
    expect(answer).toEqual({ error: { code: "ARGUMENT", message: expect.stringMatching(message) } });
  });

  it.each([
    ["no images", {}, 400, /^The body must have "images"\.$/],
    ["no image", { images: [] }, 400, /^"images" must have at least 1 item\.$/],
    ["too many", { images: Array(5).fill("") }, 400, /^"images" must have at most 4 items, not 5\.$/],
    ["texts for numbers", { images: [base64], conf: "0.5" }, 400, /^"conf" must be a number, not "0\.5"\.$/],
    ["what is not base64", { images: ["%%%"] }, 400, /^"images\[0\]" is not base64\.$/],
    ["an empty image", { images: [""] }, 400, /^The image is empty\.$/],
    [
      "an unknown key",
      { images: [base64], modle: "x" },
      400,
      /^There is no parameter "modle"\. Did you mean "model"\?$/,
    ],
    [
      "an unknown model",
      { images: [base64], model: "tinny" },
      404,
      /^There is no model "tinny"\. Did you mean "tiny"\?$/,
    ],
  ])("refuses JSON with %s", async (_, body, wanted, message) => {
    const { status, answer } = await post("", ...json(body));
    expect({ status, message: answer.error?.message }).toEqual({
      status: wanted,
      message: expect.stringMatching(message),
    });
  });

  it("refuses forms that are not right", async () => {
    const other = new FormData();
    other.append("img", new Blob([new Uint8Array(image)]), "a.png");
    const text = new FormData();
    text.append("image", "a.png");
    const answers = await Promise.all([
      post("", other),
      post("", text),
      post("", new FormData()),
      post("", formOf(Array(5).fill(image))),
      post("", "--x\r\nnonsense", "multipart/form-data; boundary=x"),
      post("", "x", "multipart/form-data"),
    ]);
    expect(answers.map(({ status, answer }) => [status, answer.error?.message])).toEqual([
      [400, 'An image came as the form field "img"; it is called "image".'],
      [400, expect.stringContaining('The form field "image" contains text')],
      [400, expect.stringMatching(/^Send an image: /)],
      [413, "A request may contain 4 images."],
      [400, "The form in the request's body is damaged: Unexpected end of multipart data."],
      [400, "The form in the request's body is damaged: Boundary not found."],
    ]);
  });
});
