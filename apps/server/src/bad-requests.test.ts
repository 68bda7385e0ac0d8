import { once } from "node:events";
import { symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { pngBomb, pngFile } from "./test-png.ts";
import { formOf, listen, testService } from "./test-service.ts";

const maxBody = 256 * 1024;
const { app, folder, models } = await testService({ maxBody, headersTimeout: 1, requestTimeout: 3 });
const url = await listen(app);
const { port } = new URL(url);
const image = pngFile({ width: 40, height: 40 });

interface Refused {
  status: number;
  code: string | undefined;
  message: string | undefined;
}

async function refused(path: string, init: RequestInit): Promise<Refused> {
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  expect(text).not.toMatch(/node_modules|\.ts\b|\bat .*:\d+/);
  const { error } = JSON.parse(text) as { error?: { code: string; message: string } };
  return { status: response.status, code: error?.code, message: error?.message };
}

const post = (body: BodyInit | undefined, type?: string): RequestInit => ({
  method: "POST",
  ...(body === undefined ? {} : { body }),
  headers: type === undefined ? {} : { "content-type": type },
});

// The service is up after every one of them.
afterEach(async () => {
  const response = await fetch(`${url}/v1/predict`, post(new Uint8Array(image), "image/png"));
  expect(response.status).toBe(200);
});

describe("a bad request is refused with the right status and one clear sentence", () => {
  it.each([
    ["no body", "/v1/predict", post(undefined), 400, "NO_BODY", /^Send an image: /],
    ["an empty image", "/v1/predict", post("", "image/jpeg"), 400, "NO_BODY", /^Send an image: /],
    ["empty JSON", "/v1/predict", post("", "application/json"), 400, "NO_BODY", /body is empty\.$/],
    ["bad JSON", "/v1/predict", post('{"images": [', "application/json"), 400, "BAD_JSON", /is not valid JSON\.$/],
    [
      "JSON of another kind",
      "/v1/predict",
      post("[]", "application/json"),
      400,
      "ARGUMENT",
      /^The body must be an object, not \[\]\.$/,
    ],
    [
      "deeply nested JSON",
      "/v1/predict",
      post(`{"images": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`, "application/json"),
      400,
      "ARGUMENT",
      /^"images\[0\]" must be a text, not \[\[\["…"\]\]\]\.$/,
    ],
    [
      "deeply nested options",
      "/v1/jobs",
      post(
        `{"kind": "train", "model": "m", "data": "d", "options": {"imgsz": ${"[".repeat(50_000)}${"]".repeat(50_000)}}}`,
        "application/json",
      ),
      400,
      "ARGUMENT",
      /^options\.imgsz must be .*, not \[/,
    ],
    [
      "a poisoned prototype",
      "/v1/predict",
      post('{"__proto__": {"images": []}}', "application/json"),
      400,
      "BAD_JSON",
      /JSON/,
    ],
    [
      "a type that is none",
      "/v1/predict",
      post("x", "text/html"),
      415,
      "MEDIA_TYPE",
      /cannot read a body of the type "text\/html"/,
    ],
    [
      "text for an image",
      "/v1/predict",
      post("hello", "image/jpeg"),
      415,
      "NOT_AN_IMAGE",
      /^The image is not an image: expected JPEG, PNG/,
    ],
    [
      "an SVG",
      "/v1/predict",
      post('<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
      415,
      "NOT_AN_IMAGE",
      /expected JPEG/,
    ],
    ["a damaged image", "/v1/predict", post(new Uint8Array(image.subarray(0, 60)), "image/png"), 422, "FORMAT", /./],
    [
      "an unknown model",
      "/v1/predict?model=nope",
      post(new Uint8Array(image), "image/png"),
      404,
      "UNKNOWN_MODEL",
      /^There is no model "nope"\. There are tiny\.$/,
    ],
    ["no such route", "/v1/predikt", post(undefined), 404, "NO_ROUTE", /^There is no POST \/v1\/predikt/],
    ["a broken address", "/v1/models/%zz", {}, 400, "BAD_URL", /not a valid URL/],
  ] as const)("%s", async (_, path, init, status, code, message) => {
    expect(await refused(path, init)).toEqual({ status, code, message: expect.stringMatching(message) });
  });

  it("a huge body, announced", async () => {
    const body = new Uint8Array(maxBody + 1);
    const answer = {
      status: 413,
      code: "TOO_LARGE",
      message: "The request's body is larger than the 256 KiB that are taken.",
    };
    expect(await refused("/v1/predict", post(body, "image/png"))).toEqual(answer);
    expect(await refused("/v1/predict", post(formOf([body])))).toEqual(answer);
    expect(
      await refused("/v1/models", post(JSON.stringify({ file: "x".repeat(maxBody) }), "application/json")),
    ).toEqual(answer);
  });

  it("a huge body whose length is not announced", async () => {
    const sent = await chunked("image/png", 4 * maxBody);
    expect(sent).toEqual({ status: 413, code: "TOO_LARGE", message: expect.stringMatching(/larger/) });
    const form = await chunked("multipart/form-data; boundary=x", 4 * maxBody, formHead);
    expect(form).toEqual({ status: 413, code: "TOO_LARGE", message: expect.stringMatching(/larger/) });
  });

  it("an image of 20,000 × 20,000 pixels, before it is decoded", async () => {
    const huge = pngFile({ width: 1, height: 1, announced: { width: 20_000, height: 20_000 } });
    expect(await refused("/v1/predict", post(new Uint8Array(huge), "image/png"))).toEqual({
      ...{ status: 413, code: "TOO_MANY_PIXELS" },
      message: "The image has 20000 × 20000 pixels; at most 50 million are taken.",
    });
  });

  it("an image whose header decoders alone understand, by the process that decodes it", async () => {
    const odd = (announced: { width: number; height: number }): Uint8Array<ArrayBuffer> => {
      const png = pngFile({ width: 40, height: 40, announced });
      // Metadata that is cut off, behind the header's 33 bytes
      const metadata = Buffer.from("\0\0\0\x04eXIfMM\0*\0\0\0\0", "latin1");
      metadata.writeUInt32BE(crc32(metadata.subarray(4, 12)), 12);
      return Uint8Array.from(Buffer.concat([png.subarray(0, 33), metadata, png.subarray(33)]));
    };
    const answer = await fetch(`${url}/v1/predict`, post(odd({ width: 40, height: 40 }), "image/png"));
    expect(await answer.json()).toMatchObject({ images: [{ width: 40, height: 40 }] });
    expect(await refused("/v1/predict", post(odd({ width: 20_000, height: 20_000 }), "image/png"))).toEqual({
      ...{ status: 422, code: "FORMAT" },
      message: expect.stringContaining("it has 400000000 pixels, more than 50000000"),
    });
  });

  it("a zip bomb in a PNG: its memory stays small", async () => {
    const bomb = pngBomb(60 * 1024 * 1024);
    expect(bomb.length).toBeLessThan(maxBody);
    const before = process.memoryUsage().rss;
    const answer = await fetch(`${url}/v1/predict`, post(new Uint8Array(bomb), "image/png"));
    // Its 64 × 64 pixels are there: what inflates behind them is never decoded.
    expect([200, 422]).toContain(answer.status);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
  });

  it.each([
    "../outside.safetensors",
    "../../../../../../etc/passwd",
    "/etc/passwd",
    "link.safetensors",
    "..\\outside.safetensors",
    "tiny.safetensors\0.png",
    "%2e%2e%2foutside.safetensors",
  ])("a model by the path %j", async (file) => {
    writeFileSync(join(folder, "outside.safetensors"), "secret");
    try {
      symlinkSync(join(folder, "outside.safetensors"), join(models, "link.safetensors"));
    } catch {
      // It is there from the path before.
    }
    const answer = await refused("/v1/models", post(JSON.stringify({ file }), "application/json"));
    expect(answer).toEqual({
      status: 404,
      code: "NOT_FOUND",
      message: expect.stringMatching(/no model .* in the service's model folders/s),
    });
  });

  it.each([
    "/v1/models/..%2f..%2fetc%2fpasswd",
    "/v1/runs/..%2f..%2f/files/x",
    "/..%2f..%2fpackage.json",
    "/v1/jobs/..%2fx/artifacts/..%2f..%2fx",
  ])("a path out of its folder: %s", async (path) => {
    expect((await refused(path, {})).status).toBe(404);
  });
});

describe("connections that are no requests", () => {
  it("are answered, one sentence each", async () => {
    expect(await raw("nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 .*not a valid HTTP request/s);
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nx: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    expect(await raw("GET / HTTP/1.1\r\nHost: localhost\r\nx: ")).toMatch(/^HTTP\/1\.1 408 .*did not arrive in time/s);
    const slow =
      "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\nx";
    expect(await raw(slow)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("1,000 of them that say nothing keep nobody from being served, and are let go", async () => {
    const sockets = await Promise.all(Array.from({ length: 1000 }, () => open()));
    const closed = Promise.all(sockets.map((socket) => once(socket.resume(), "close")));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => fetch(`${url}/v1/predict`, post(new Uint8Array(image), "image/png"))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    await closed;
  });
});

const formHead = '--x\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n';

/** Sends a body in chunks and reads the answer as soon as it is there. */
function chunked(type: string, bytes: number, head = ""): Promise<Refused> {
  return new Promise((resolve, reject) => {
    const sending = request(`${url}/v1/predict`, { method: "POST", headers: { "content-type": type } });
    sending.on("error", reject);
    sending.on("response", async (response) => {
      let text = "";
      for await (const part of response) text += part;
      sending.off("error", reject).on("error", () => {});
      sending.destroy();
      const { error } = JSON.parse(text);
      resolve({ status: response.statusCode as number, ...error });
    });
    sending.write(head);
    for (let sent = 0; sent < bytes; sent += 65_536) sending.write(Buffer.alloc(65_536));
  });
}

async function open(): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port: Number(port) });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Sends bytes and reads until the service closes the connection. */
async function raw(text: string): Promise<string> {
  const socket = await open();
  let answer = "";
  socket.on("data", (data) => {
    answer += data;
  });
  socket.write(text);
  await once(socket, "close");
  return answer;
}
