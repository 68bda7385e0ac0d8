// What hostile clients send to a service, and which answers are right for it.
import { crc32, deflateSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { costlySvg, pngChunk } from "../attack/inputs.mjs";
import { leave, send, upload, writeRaw } from "./hostile-clients.mjs";

const mebibyte = 1024 * 1024;

/**
 * The kinds of hostile requests by name: a function from a client (`localAddress`, `signal`) to how the request ended, and the
 * ends that are right.
 *
 * @param images JPEG files that the service would process
 */
export async function hostileRequests(url, [jpeg]) {
  const svg = costlySvg("plain");
  const blank = (width, format) =>
    sharp({ create: { width, height: width, channels: 3, background: "#345" } })
      .toFormat(format)
      .toBuffer();
  const [png, large, avif] = await Promise.all([blank(64, "png"), blank(7000, "png"), blank(64, "avif")]);
  const damaged = Buffer.from(jpeg);
  for (let i = 1000; i < damaged.length; i += 997) damaged[i] ^= 0x5a;
  const half = (file) => file.subarray(0, file.length >> 1);

  const post = (type, body, path) => (client) => send(url, client, { path, headers: { "content-type": type }, body });
  const image = (body, type = "image/jpeg") => post(type, body);
  const json = (value, path) =>
    post("application/json", typeof value === "string" ? value : JSON.stringify(value), path);
  const get = (path, headers) => (client) => send(url, client, { method: "GET", path, headers });
  const form = (files, type = "multipart/form-data; boundary=x") => post(type, formBody(files));
  const endless = (chunk, everyMs, type) => (client) => upload(url, client, { chunk, everyMs, type });
  const outside = encodeURIComponent("../../../../etc/passwd");

  let addresses = 0;
  const noImage = ["415 NOT_AN_IMAGE"];
  const badPixels = ["200", "422 FORMAT", "422 DATA"];
  const nothingThere = ["404 NO_ROUTE", "404 NOT_FOUND", "400 ARGUMENT", "400 BAD_URL"];
  return {
    "SVG that begins like WebP": [image(costlySvg("webp")), noImage],
    "SVG that begins like AVIF": [image(costlySvg("avif"), "image/avif"), noImage],
    "costly SVG": [image(svg, "image/svg+xml"), noImage],
    "compressed SVG": [image(gzipSync(svg)), noImage],
    PDF: [image("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "application/octet-stream"), noImage],
    bytes: [image(Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251))), noImage],
    "PNG that inflates to 64 MiB": [image(pngBomb(png, 64 * mebibyte), "image/png"), badPixels],
    "PNG of 16,000 × 16,000": [image(announcing(png, 16_000), "image/png"), ["413 TOO_MANY_PIXELS"]],
    "PNG of 7,000 × 7,000": [image(large, "image/png"), badPixels],
    "PNG with a wrong size": [image(announcing(png, 6000), "image/png"), badPixels],
    "truncated JPEG": [image(half(jpeg)), badPixels],
    "damaged JPEG": [image(damaged), badPixels],
    "truncated AVIF": [image(half(avif), "image/avif"), badPixels],
    "costly parameters": [
      post("image/jpeg", jpeg, "/v1/predict?imgsz=1280&augment=true&conf=0&iou=1&max_det=10000"),
      ["200"],
    ],
    "wrong parameters": [post("image/jpeg", jpeg, "/v1/predict?imgsz=1e9&conf=-1&classes=a,b"), ["400 ARGUMENT"]],
    "bad JSON": [json('{"images": ["'), ["400 BAD_JSON"]],
    "nested JSON": [json(`{"images":${"[".repeat(100_000)}${"]".repeat(100_000)}}`), ["400 ARGUMENT", "400 BAD_JSON"]],
    "poisoned JSON": [json('{"__proto__": {"images": []}}'), ["400 BAD_JSON"]],
    "32 truncated images": [json({ images: Array(32).fill(half(jpeg).toString("base64")) }), ["200"]],
    "33 images": [form(Array(33).fill(png)), ["413 TOO_MANY"]],
    "form without an end": [form([png], "multipart/form-data; boundary=y"), ["400 BAD_FORM"]],
    "form without a boundary": [form([png], "multipart/form-data"), ["400 BAD_FORM", "415 MEDIA_TYPE"]],
    "announced body of 4 GiB": [
      (client) => send(url, client, { headers: { "content-type": "image/jpeg", "content-length": 4096 * mebibyte } }),
      ["413 TOO_LARGE"],
    ],
    "endless body": [endless(Buffer.alloc(mebibyte), 0), ["413 TOO_LARGE", "closed (EPIPE)", "closed (ECONNRESET)"]],
    "slow body": [endless(Buffer.of(0xff), 500), ["408 TIMEOUT", "aborted"]],
    "slow form": [endless(Buffer.from("-"), 500, "multipart/form-data; boundary=x"), ["408 TIMEOUT", "aborted"]],
    "slow headers": [
      (client) => writeRaw(url, client, ["POST /v1/predict HTTP/1.1\r\n", ...Array(100).fill("x: y\r\n")]),
      ["408 TIMEOUT", "aborted"],
    ],
    "no HTTP": [(client) => writeRaw(url, client, ["\x16\x03\x01 hello\r\n\r\n"]), ["400 BAD_REQUEST"]],
    "left in the body": [(client) => leave(url, client, { image: jpeg, share: 0.5 }), ["aborted"]],
    "left while it waits": [(client) => leave(url, client, { image: jpeg, share: 1 }), ["aborted", "200"]],
    "headers of 32 KiB": [get("/v1/models", { x: "y".repeat(32_000) }), ["431 TOO_LARGE"]],
    "another host": [get("/v1/models", { host: "evil.example" }), ["421 WRONG_HOST"]],
    "path of a run": [get(`/v1/runs/${outside}`), nothingThere],
    "path of an artifact": [get(`/v1/jobs/x/artifacts/${outside}`), nothingThere],
    "path out of the web page": [get("/../../../etc/passwd"), nothingThere],
    "path of a model": [json({ file: "../../../etc/passwd" }, "/v1/models"), nothingThere],
    "job out of the folders": [json({ kind: "train", model: "/etc/passwd", data: "/etc" }, "/v1/jobs"), nothingThere],
    "addresses that lead nowhere": [(client) => get(`/${++addresses}`)(client), nothingThere],
  };
}

function formBody(files) {
  const head =
    '--x\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n';
  return Buffer.concat([
    ...files.flatMap((file) => [Buffer.from(head), file, Buffer.from("\r\n")]),
    Buffer.from("--x--\r\n"),
  ]);
}

/** A PNG file with another width and height in its header, whose checksum is right. */
function announcing(png, side) {
  const file = Buffer.from(png);
  file.writeUInt32BE(side, 16);
  file.writeUInt32BE(side, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
}

/** A PNG file with a compressed text, and pixels, that inflate to so many bytes. */
function pngBomb(png, bytes) {
  const zeros = deflateSync(Buffer.alloc(bytes));
  const text = pngChunk("zTXt", Buffer.concat([Buffer.from("Comment\0\0", "latin1"), zeros]));
  return Buffer.concat([png.subarray(0, 33), text, pngChunk("IDAT", zeros), pngChunk("IEND", Buffer.alloc(0))]);
}
