import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fastify } from "fastify";
import { afterAll, expect, it } from "vitest";
import { temporaryFolder } from "./test-service.ts";
import { webPage } from "./web-page.ts";

const folder = temporaryFolder();
const [web, studio, runtime] = ["web", "studio", "runtime"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
for (const path of [web, join(studio, "assets"), runtime]) mkdirSync(path, { recursive: true });
for (const path of [web, studio]) writeFileSync(join(path, "index.html"), "page");
writeFileSync(join(studio, "assets/ort-wasm-simd-threaded.jspi-CZzFqCHi.wasm.gz"), "the studio's own");
writeFileSync(join(runtime, "ort-wasm-simd-threaded.wasm.gz"), "one");
writeFileSync(join(runtime, "ort-wasm-simd-threaded.asyncify.wasm.gz"), "two");
writeFileSync(join(folder, "secret.wasm.gz"), "secret");

const app = fastify();
await webPage(app, { web, studio, runtime });
afterAll(() => app.close());

it.each([
  ["ort-wasm-simd-threaded-DcHrbrbl.wasm.gz", "one"],
  ["ort-wasm-simd-threaded-D-_rbrbl.wasm.gz", "one"],
  ["ort-wasm-simd-threaded.asyncify-D5D0fo7z.wasm.gz", "two"],
  ["ort-wasm-simd-threaded.jspi-CZzFqCHi.wasm.gz", "the studio's own"],
])("answers for %s, which what is published of the studio leaves to the library", async (name, body) => {
  expect(await app.inject(`/studio/assets/${name}`)).toMatchObject({ statusCode: 200, body });
});

it.each([
  "ort-wasm-none-DcHrbrbl.wasm.gz",
  "other.js",
  "ort-wasm..%2F..%2Fsecret-DcHrbrbl.wasm.gz",
  "..%2Fsecret.wasm.gz",
])("has no %s", async (name) => {
  expect((await app.inject(`/studio/assets/${name}`)).statusCode).toBe(404);
});
