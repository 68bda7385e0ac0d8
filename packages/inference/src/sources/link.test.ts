import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LookonceError } from "@lookonce/errors";
import { blankImage, encodeImage } from "@lookonce/image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "./open-source.ts";
import type { OpenSourceOptions, SourceItem } from "./source.ts";

let server: Server;
let bytes: Uint8Array;
let origin = "";
/** Connections that were broken off by the other side. */
let brokenOff = 0;

const answers: Record<string, RequestListener> = {
  "/a.png": (_, response) => response.writeHead(200, { "content-type": "image/png" }).end(bytes),
  "/image": (_, response) => response.writeHead(200, { "content-type": "image/png; charset=x" }).end(bytes),
  "/plain.jpg": (_, response) => response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes),
  "/moved.png": (_, response) => response.writeHead(302, { location: "/a.png" }).end(),
  "/round.png": (_, response) => response.writeHead(302, { location: "/round.png" }).end(),
  "/moved-away.png": (_, response) => response.writeHead(301, { location: "/gone.png" }).end(),
  "/gone.png": (_, response) => response.writeHead(404).end("no"),
  "/broken.png": (_, response) => response.writeHead(503).end("later"),
  "/page.jpg": (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>cat</p>"),
  "/empty.png": (_, response) => response.writeHead(200, { "content-type": "image/png" }).end(),
  "/large.png": (_, response) => {
    response.writeHead(200, { "content-type": "image/png", "content-length": "5000" }).end(Buffer.alloc(5000));
  },
  "/endless.png": (_, response) => {
    response.writeHead(200, { "content-type": "image/png" });
    const timer = setInterval(() => response.write(Buffer.alloc(1000)), 1);
    response.on("close", () => {
      clearInterval(timer);
      brokenOff++;
    });
  },
  "/cut.png": (_, response) => {
    response.writeHead(200, { "content-type": "image/png", "content-length": "5000" }).write(Buffer.alloc(10));
    setTimeout(() => response.destroy(), 20);
  },
  "/silent.png": (_, response) => void response.on("close", () => brokenOff++),
  "/stuck.png": (_, response) => {
    response.writeHead(200, { "content-type": "image/png" }).write(bytes.subarray(0, 10));
    response.on("close", () => brokenOff++);
  },
};

beforeAll(async () => {
  bytes = await encodeImage(blankImage({ width: 6, height: 4 }, 50), ".png");
  server = createServer((request, response) => {
    const answer = answers[new URL(request.url ?? "/", "http://x").pathname];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function fetchAll(source: string | string[], options: OpenSourceOptions = {}): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of await openSource(source, options)) items.push(item);
  return items;
}

async function contentOf({ content }: SourceItem): Promise<string | Buffer> {
  if (typeof content !== "function") return "not fetched";
  return content().then(
    (fetched) => Buffer.from(fetched as Uint8Array),
    (error: unknown) => (error instanceof LookonceError ? `${error.code}: ${error.message}` : `other: ${error}`),
  );
}

async function get(path: string, options: OpenSourceOptions = {}): Promise<string | Buffer> {
  const [item] = await fetchAll(`${origin}${path}`, options);
  return contentOf(item as SourceItem);
}

describe("an image's address", () => {
  it.each(["/a.png", "/a.png?size=large#x", "/image", "/plain.jpg", "/moved.png"])("%s is fetched", async (path) => {
    expect(await get(path)).toEqual(Buffer.from(bytes));
  });

  it("names the image after its path", async () => {
    const items = await fetchAll([`${origin}/a.png?x=1`, `${origin}/image`, `${origin}/a%20b%2f..png`]);
    expect(items.map(({ name }) => name)).toEqual(["a.png", "image", "a b_..png"]);
    expect(items[0]?.path).toBe(`${origin}/a.png?x=1`);
  });

  it("is fetched when its turn comes, not before", async () => {
    let asked = 0;
    answers["/counted.png"] = (_, response) => {
      asked++;
      response.end(bytes);
    };
    const items = await fetchAll([`${origin}/counted.png`, `${origin}/counted.png`]);
    expect(asked).toBe(0);
    await contentOf(items[1] as SourceItem);
    expect(asked).toBe(1);
  });

  it.each([
    ["/gone.png", /^NOT_FOUND: There is nothing at .*gone\.png: the server answers 404/],
    ["/moved-away.png", /^NOT_FOUND: .*moved-away\.png \(redirected to .*gone\.png\)/],
    ["/broken.png", /^IO: Cannot fetch .*: the server answers 503 Service Unavailable/],
    ["/page.jpg", /^FORMAT: .*text\/html\. It is a web page/],
    ["/empty.png", /^FORMAT: .*nothing in it/],
    ["/round.png", /^IO: .*redirects without end/],
    ["/cut.png", /^IO: Cannot fetch .*cut\.png: /],
  ])("%s is refused", async (path, message) => {
    expect(await get(path)).toMatch(message);
  });

  it("is refused when it sends too much, announced or not, and left at once", async () => {
    expect(await get("/large.png", { maxBytes: 2 ** 12 })).toMatch(/^IO: .*more than 0\.004 MiB; maxBytes/);
    const before = brokenOff;
    expect(await get("/endless.png", { maxBytes: 2 ** 20 })).toMatch(/^IO: .*more than 1 MiB/);
    await expect.poll(() => brokenOff).toBe(before + 1);
  });

  it.each(["/silent.png", "/stuck.png"])("%s is given up after the timeout", async (path) => {
    const before = brokenOff;
    expect(await get(path, { timeout: 0.1 })).toMatch(/^IO: .*sent nothing for 0\.1 s; timeout/);
    await expect.poll(() => brokenOff).toBe(before + 1);
  });

  it("is left when the source is ended", async () => {
    const controller = new AbortController();
    const [item] = await fetchAll(`${origin}/silent.png`, { signal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    expect(await contentOf(item as SourceItem)).toMatch(/^IO: Fetching .* was ended/);
  });

  it("says when nobody is there", async () => {
    const [refused] = await fetchAll("http://127.0.0.1:1/a.png");
    expect(await contentOf(refused as SourceItem)).toMatch(/nothing answers there|bad port/);
    const [unknown] = await fetchAll("http://no-such-host.invalid/a.png");
    expect(await contentOf(unknown as SourceItem)).toMatch(/no such host, or no network/);
  });

  it("without an ending may be wrong, too", async () => {
    const [item] = await fetchAll(`${origin}/nowhere`);
    expect(await contentOf(item as SourceItem)).toMatch(/^NOT_FOUND: There is nothing at/);
  });
});
