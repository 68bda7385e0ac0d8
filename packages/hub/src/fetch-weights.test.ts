import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failWrites } from "@lookonce/testing";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { findWeights, publishedWeights } from "./catalog.ts";
import { type FetchProgress, type FetchWeightsOptions, fetchWeights } from "./fetch-weights.ts";
import { etagOf, fakeArchive, sendBeginning, serveFile, startServer, type TestServer } from "./test-server.ts";

const root = mkdtempSync(join(tmpdir(), "lookonce-weights-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bytes = fakeArchive();
let server: TestServer;
let directory: string;
let notices: string[];
let count = 0;

beforeEach(async () => {
  server = await startServer();
  directory = join(root, String(count++));
  notices = [];
});
afterEach(() => server.close());

function options(changes: Partial<FetchWeightsOptions> = {}): FetchWeightsOptions {
  return {
    ...{ directory, mirror: server.address, timeout: 2_000, retryDelaysMs: [1, 1] },
    onNotice: (line) => notices.push(line),
    ...changes,
  };
}

/** Options under which the connection breaks when so many bytes are there. */
function breakingAt(count: number, changes: Partial<FetchWeightsOptions> = {}): FetchWeightsOptions {
  // Once: a download that goes on says first where it begins, which is there.
  let isBroken = false;
  const onProgress = ({ done }: FetchProgress): void => {
    if (done !== count || isBroken) return;
    isBroken = true;
    server.breakOff();
  };
  return options({ onProgress, ...changes });
}

const file = (): string => join(directory, "yolov8n.pt");
const left = (): string[] => (existsSync(directory) ? readdirSync(directory).sort() : []);

describe("the catalog", () => {
  it("names releases of the publisher, each file once", () => {
    expect(findWeights("yolov8n.pt")?.url).toBe(
      "https://github.com/ultralytics/assets/releases/download/v8.3.0/yolov8n.pt",
    );
    expect(findWeights("YOLOv5n6.pt")?.url).toBe(
      "https://github.com/ultralytics/yolov5/releases/download/v7.0/yolov5n6.pt",
    );
    expect(findWeights("yolov9.pt")).toBeUndefined();
    expect(new Set(publishedWeights.map(({ name }) => name)).size).toBe(publishedWeights.length);
    for (const name of ["yolov8n-seg", "yolo11x-pose", "yolov8x-pose-p6", "yolo11s-obb", "yolov8m-cls"]) {
      expect(findWeights(`${name}.pt`)).toMatchObject({ repository: "ultralytics/assets", release: "v8.3.0" });
    }
    for (const name of ["yolo12x", "yolov10b", "yolov10n", "yolov9t", "yolov9e", "yolov9c-seg"]) {
      expect(findWeights(`${name}.pt`)?.url).toBe(
        `https://github.com/ultralytics/assets/releases/download/v8.3.0/${name}.pt`,
      );
    }
    for (const name of ["yolo26n", "yolo26x-seg", "yolo26s-pose", "yolo26m-obb", "yolo26l-cls"]) {
      expect(findWeights(`${name}.pt`)).toMatchObject({ repository: "ultralytics/assets", release: "v8.4.0" });
    }
    for (const name of ["yolo26b", "yolov9n", "yolo12n-seg", "yolov10b-seg"]) {
      expect(findWeights(`${name}.pt`), name).toBeUndefined();
    }
    for (const name of ["yolov5n-seg", "yolov5x-cls"]) {
      expect(findWeights(`${name}.pt`)).toMatchObject({ repository: "ultralytics/yolov5", release: "v7.0" });
    }
  });
});

describe("fetchWeights", () => {
  it("fetches a file once, reports its license and how far it is, and leaves nothing else", async () => {
    server.answer = serveFile(bytes);
    const progress: FetchProgress[] = [];
    const first = await fetchWeights("yolov8n.pt", options({ onProgress: (state) => progress.push(state) }));
    expect(first).toMatchObject({ file: file(), isNew: true });
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
    expect(progress[0]).toEqual({ done: 0, total: bytes.length });
    expect(progress.at(-1)).toEqual({ done: bytes.length, total: bytes.length });
    expect(notices).toEqual([expect.stringMatching(/^fetching yolov8n\.pt \(0\.2 MB\) from http.*AGPL-3\.0/)]);
    expect(left()).toEqual(["yolov8n.pt"]);
    expect(await fetchWeights("YOLOv8n.pt", options({ offline: true }))).toMatchObject({ file: file(), isNew: false });
    expect(server.requests).toHaveLength(1);
    expect(notices).toHaveLength(1);
  });

  it("goes on where a connection broke", async () => {
    let broken = 0;
    server.answer = (request, response) =>
      (broken++ === 0 ? sendBeginning(bytes, 70_000) : serveFile(bytes))(request, response);
    await fetchWeights("yolov8n.pt", breakingAt(70_000));
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]).toMatchObject({ range: "bytes=70000-", ifRange: etagOf(bytes) });
  });

  it("goes on the next time, when one time was not enough", async () => {
    server.answer = sendBeginning(bytes, 50_000);
    await expect(fetchWeights("yolov8n.pt", breakingAt(50_000, { retryDelaysMs: [] }))).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(
        /yolov8n\.pt is not here and cannot be fetched from 127\.0\.0\.1.*there is a connection/,
      ),
    });
    expect(left()).toEqual(["yolov8n.pt.partial", "yolov8n.pt.partial.json"]);
    server.answer = serveFile(bytes);
    const progress: FetchProgress[] = [];
    await fetchWeights("yolov8n.pt", options({ onProgress: (state) => progress.push(state) }));
    expect(progress[0]).toEqual({ done: 50_000, total: bytes.length });
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
    expect(left()).toEqual(["yolov8n.pt"]);
  });

  it("starts again when the file at the publisher's is another by then", async () => {
    server.answer = sendBeginning(bytes, 50_000);
    await expect(fetchWeights("yolov8n.pt", breakingAt(50_000, { retryDelaysMs: [] }))).rejects.toThrow();
    const other = fakeArchive(90_000).map((value, i) => (i > 10 && i < 60_000 ? value ^ 1 : value));
    server.answer = serveFile(other);
    await fetchWeights("yolov8n.pt", options());
    expect(new Uint8Array(readFileSync(file()))).toEqual(other);
    expect(server.requests.at(-1)?.range).toBe("bytes=50000-");
  });

  it("keeps what is whole already, and drops what is more than there should be", async () => {
    mkdirSync(directory);
    const state = JSON.stringify({ url: `${server.address}/yolov8n.pt`, validator: etagOf(bytes) });
    writeFileSync(`${file()}.partial`, bytes);
    writeFileSync(`${file()}.partial.json`, state);
    server.answer = serveFile(bytes);
    await fetchWeights("yolov8n.pt", options());
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
    rmSync(file());
    writeFileSync(`${file()}.partial`, Buffer.concat([bytes, Buffer.from("more")]));
    writeFileSync(`${file()}.partial.json`, state);
    await fetchWeights("yolov8n.pt", options());
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
  });

  it("does not trust a beginning that nothing is known of, or of a server without ranges", async () => {
    mkdirSync(directory);
    writeFileSync(`${file()}.partial`, "something");
    server.answer = serveFile(bytes);
    await fetchWeights("yolov8n.pt", options());
    expect(server.requests[0]?.range).toBeUndefined();
    rmSync(file());
    server.answer = sendBeginning(bytes, 1_000);
    await expect(fetchWeights("yolov8n.pt", breakingAt(1_000, { retryDelaysMs: [] }))).rejects.toThrow();
    server.answer = (_request, response) => response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    await fetchWeights("yolov8n.pt", options());
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
  });

  it("fetches whole what it resumed and what does not fit then", async () => {
    server.answer = sendBeginning(bytes, 50_000);
    await expect(fetchWeights("yolov8n.pt", breakingAt(50_000, { retryDelaysMs: [] }))).rejects.toThrow();
    writeFileSync(`${file()}.partial`, Buffer.alloc(50_000, 1));
    const md5 = createHash("md5").update(bytes).digest("base64");
    server.answer = serveFile(bytes, { "x-ms-blob-content-md5": md5 });
    await fetchWeights("yolov8n.pt", options());
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
    expect(notices.at(-1)).toMatch(/fetching it whole/);
  });

  it.each([
    ["content-md5", "md5", (hash: string) => hash],
    ["x-ms-blob-content-md5", "md5", (hash: string) => hash],
    ["repr-digest", "sha256", (hash: string) => `sha-256=:${hash}:`],
    ["digest", "sha256", (hash: string) => `SHA-256=${hash}`],
  ])("compares with the checksum in %s", async (header, algorithm, write) => {
    const hash = (content: Uint8Array): string => write(createHash(algorithm).update(content).digest("base64"));
    server.answer = serveFile(bytes, { [header]: hash(bytes) });
    await fetchWeights("yolov8n.pt", options());
    rmSync(file());
    server.answer = serveFile(bytes, { [header]: hash(new Uint8Array(3)) });
    await expect(fetchWeights("yolov8n.pt", options())).rejects.toMatchObject({
      code: "FORMAT",
      message: expect.stringMatching(/is damaged or not what it should be.*by the server it is [0-9a-f]{32}/),
    });
    expect(left()).toEqual([]);
  });

  it("compares with a checksum that is asked for", async () => {
    server.answer = serveFile(bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await expect(fetchWeights("yolov8n.pt", options({ sha256: sha256.replace(/^./, "x") }))).rejects.toThrow(/by you/);
    await fetchWeights("yolov8n.pt", options({ sha256: sha256.toUpperCase() }));
  });

  it("follows redirects, and keeps the range on the way", async () => {
    let broken = 0;
    server.answer = (request, response) => {
      if (request.url === "/yolov8n.pt") response.writeHead(302, { location: "/storage/x?signature=1" }).end();
      else (broken++ === 0 ? sendBeginning(bytes, 30_000) : serveFile(bytes))(request, response);
    };
    await fetchWeights("yolov8n.pt", breakingAt(30_000));
    expect(server.requests.at(-1)).toMatchObject({ url: "/storage/x?signature=1", range: "bytes=30000-" });
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
  });

  it("says what came in place of a model", async () => {
    server.answer = (_request, response) =>
      response
        .writeHead(200, { "content-type": "text/html; charset=utf-8" })
        .end("<html><head><title>Hotel login</title></head></html>");
    await expect(fetchWeights("yolov8n.pt", options())).rejects.toMatchObject({
      code: "FORMAT",
      message: expect.stringMatching(/instead of .* came a web page \("Hotel login"\)/),
    });
    server.answer = (_request, response) => response.writeHead(200).end("no html header, no zip");
    await expect(fetchWeights("yolov8n.pt", options())).rejects.toThrow(/no model: it does not begin as a \.pt file/);
    server.answer = (_request, response) => response.writeHead(200).end(bytes.subarray(0, 80_000));
    await expect(fetchWeights("yolov8n.pt", options())).rejects.toThrow(/no model: its end is missing/);
    expect(left()).toEqual([]);
  });

  it("gives up at once where trying again is no use", async () => {
    const status = async (code: number): Promise<string> => {
      server.requests.length = 0;
      server.answer = (_request, response) => response.writeHead(code).end();
      const error = await fetchWeights("yolov8n.pt", options()).catch((caught: Error) => caught);
      return `${server.requests.length}: ${(error as Error).message}`;
    };
    expect(await status(404)).toMatch(/^1: yolov8n\.pt cannot be fetched: .*does not exist \(404 Not Found\)/);
    expect(await status(403)).toMatch(/^1: .*does not serve/);
    expect(await status(503)).toMatch(/^3: .*it answers 503/);
    expect(await status(429)).toMatch(/^3: .*it answers 429/);
    expect(left()).toEqual([]);
  });

  it("is one sentence without a connection", async () => {
    await server.close();
    const error = await fetchWeights("yolov8n.pt", options({ retryDelaysMs: [10_000] })).catch(
      (caught: Error) => caught,
    );
    expect((error as Error).message).toMatch(
      /^yolov8n\.pt is not here and cannot be fetched from 127\.0\.0\.1:\d+: it refuses connections \(ECONNREFUSED\)\. Fetch http\S+ where there is a connection and save it as \S+yolov8n\.pt, or name a model that is here\.$/,
    );
    server = await startServer();
    await expect(fetchWeights("yolov8n.pt", options({ offline: true }))).rejects.toThrow(/downloads are switched off/);
    expect(server.requests).toEqual([]);
  });

  it("does not wait for ever for a server that says nothing", async () => {
    server.answer = () => {};
    await expect(fetchWeights("yolov8n.pt", options({ timeout: 50, retryDelaysMs: [] }))).rejects.toThrow(
      /does not answer/,
    );
    server.answer = (_request, response) => {
      response.writeHead(200, { "content-length": String(bytes.length), etag: etagOf(bytes) });
      response.write(bytes.subarray(0, 1_000));
    };
    await expect(fetchWeights("yolov8n.pt", options({ timeout: 50, retryDelaysMs: [] }))).rejects.toThrow(
      /nothing came any more/,
    );
  });

  it("ends when asked to, and keeps what came", async () => {
    const controller = new AbortController();
    server.answer = (_request, response) => {
      response.writeHead(200, { "content-length": String(bytes.length), etag: etagOf(bytes) });
      response.write(bytes.subarray(0, 60_000));
    };
    const fetching = fetchWeights(
      "yolov8n.pt",
      options({ signal: controller.signal, onProgress: ({ done }) => done === 60_000 && controller.abort() }),
    );
    await expect(fetching).rejects.toMatchObject({ name: "AbortError" });
    expect(left()).toEqual(["yolov8n.pt.partial", "yolov8n.pt.partial.json"]);
    server.answer = serveFile(bytes);
    await fetchWeights("yolov8n.pt", options());
    expect(server.requests.at(-1)?.range).toBe("bytes=60000-");
  });

  it("fetches once for all who want the same file", async () => {
    server.answer = (request, response) => void setTimeout(() => serveFile(bytes)(request, response), 100);
    const results = await Promise.all([1, 2, 3].map(() => fetchWeights("yolov8n.pt", options())));
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
    expect(notices.filter((line) => line.includes("waiting for it"))).toHaveLength(2);
    expect(left()).toEqual(["yolov8n.pt"]);
  });

  it("does not wait for a process that is gone", async () => {
    mkdirSync(directory);
    const { hostname } = await import("node:os");
    // Above the largest number of a process on Linux, macOS and Windows as they come
    writeFileSync(`${file()}.lock`, JSON.stringify({ pid: 2 ** 22 + 12_345, host: hostname() }));
    server.answer = serveFile(bytes);
    await fetchWeights("yolov8n.pt", options());
    expect(left()).toEqual(["yolov8n.pt"]);
  });

  it.skipIf(!existsSync("/dev/full"))("says that the disk is full", async () => {
    mkdirSync(directory);
    symlinkSync("/dev/full", `${file()}.partial`);
    server.answer = serveFile(bytes);
    await expect(fetchWeights("yolov8n.pt", options())).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(/yolov8n\.pt cannot be fetched: .*the disk is full \(ENOSPC\)/),
    });
  });

  it.each(["ENOSPC", "EIO"] as const)("resumes what a disk that said %s ended, once it works again", async (code) => {
    server.answer = serveFile(bytes);
    const restore = failWrites(code, /\.pt\.partial$/);
    await expect(fetchWeights("yolov8n.pt", options())).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(
        /yolov8n\.pt cannot be fetched: cannot write .*(make room|the disk failed).* You can save/,
      ),
    });
    expect(left()).toEqual(["yolov8n.pt.partial", "yolov8n.pt.partial.json"]);
    restore();
    await fetchWeights("yolov8n.pt", options());
    expect(server.requests[1]?.range).toMatch(/^bytes=\d+-$/);
    expect(new Uint8Array(readFileSync(file()))).toEqual(bytes);
    expect(left()).toEqual(["yolov8n.pt"]);
  });

  it("says before that a file has no room", async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { "content-length": String(2 ** 50), etag: '"huge"' });
      response.write("PK");
    };
    await expect(fetchWeights("yolov8n.pt", options())).rejects.toThrow(
      /has .* MB free, and 1125899906\.8 MB are needed/,
    );
  });

  it("names a folder that cannot be made", async () => {
    writeFileSync(join(root, "a-file"), "");
    const blocked = join(root, "a-file", "cache");
    await expect(fetchWeights("yolov8n.pt", options({ directory: blocked }))).rejects.toMatchObject({ code: "IO" });
  });

  it("goes through a proxy, except to hosts that need none", async () => {
    const through: string[] = [];
    const proxy = createServer((_request, response) => response.end());
    proxy.on("connect", (request, socket, head) => {
      through.push(request.url ?? "");
      const [host, port] = (request.url ?? "").split(":");
      const onward = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const http = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
    server.answer = serveFile(bytes);
    await fetchWeights("yolov8n.pt", options({ proxy: { http } }));
    expect(through).toEqual([server.address.replace("http://", "")]);
    rmSync(file());
    await fetchWeights("yolov8n.pt", options({ proxy: { http, no: "127.0.0.1" } }));
    expect(through).toHaveLength(1);
    rmSync(file());
    proxy.removeAllListeners("connect");
    proxy.on("connect", (_request, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
    await expect(fetchWeights("yolov8n.pt", options({ proxy: { http } }))).rejects.toThrow(
      /the proxy asks for a name and a password \(407\)/,
    );
    proxy.close();
  });

  it("explains names that nobody publishes, and addresses that are none", async () => {
    await expect(fetchWeights("yolov8nn.pt", options())).rejects.toThrow(/Did you mean "yolov8n\.pt"/i);
    await expect(fetchWeights("yolov8n.pt", options({ mirror: "models" }))).rejects.toThrow(/not "models"/);
  });
});
