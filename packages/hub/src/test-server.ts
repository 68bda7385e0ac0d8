import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on 127.0.0.1 that answers as a test says. */
export interface TestServer {
  address: string;
  /** Method, path and the headers that matter, of every request so far. */
  requests: { url: string; range: string | undefined; ifRange: string | undefined }[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Breaks the connections that are open. */
  breakOff(): void;
  close(): Promise<void>;
}

export async function startServer(): Promise<TestServer> {
  const server: Server = createServer((request, response) => {
    const { range, "if-range": ifRange } = request.headers;
    started.requests.push({ url: request.url ?? "", range, ifRange: ifRange as string | undefined });
    started.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const started: TestServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    answer: (_request, response) => response.writeHead(500).end(),
    breakOff: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return started;
}

/** Bytes that look like a PyTorch file from outside: a zip's two ends with noise between. */
export function fakeArchive(size = 200_000): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 2_654_435_761) >>> 24;
  bytes.set([0x50, 0x4b, 3, 4]);
  bytes.set([0x50, 0x4b, 5, 6, ...new Array<number>(18).fill(0)], size - 22);
  return bytes;
}

export function etagOf(bytes: Uint8Array): string {
  return `"${createHash("sha1").update(bytes).digest("hex")}"`;
}

/** Serves a file as a good server does: ranges, If-Range, ETag, length. */
export function serveFile(bytes: Uint8Array, headers: Record<string, string> = {}): TestServer["answer"] {
  return (request, response) => {
    const { range, "if-range": ifRange } = request.headers;
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const all = {
      etag: etagOf(bytes),
      "accept-ranges": "bytes",
      "content-type": "application/octet-stream",
      ...headers,
    };
    if (start >= bytes.length && ifRange === all.etag) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    } else if (start > 0 && ifRange === all.etag) {
      const rest = bytes.subarray(start);
      const contentRange = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
      response
        .writeHead(206, { ...all, "content-length": String(rest.length), "content-range": contentRange })
        .end(rest);
    } else response.writeHead(200, { ...all, "content-length": String(bytes.length) }).end(bytes);
  };
}

/** Promises the whole file and sends the beginning; {@link TestServer.breakOff} breaks the connection. */
export function sendBeginning(bytes: Uint8Array, count: number): TestServer["answer"] {
  return (_request, response) => {
    response.writeHead(200, { etag: etagOf(bytes), "content-length": String(bytes.length) });
    response.write(bytes.subarray(0, count));
  };
}
