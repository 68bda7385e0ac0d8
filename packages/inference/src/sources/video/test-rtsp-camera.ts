import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A camera on the network: an RTSP server (RFC 2326) that sends what an ffmpeg encodes, over the requests' connections. */
export class RtspCamera {
  readonly #folder: string;
  readonly #packets: DatagramSocket = createSocket("udp4");
  readonly #watchers = new Set<Socket>();
  #server: Server | undefined;
  #encoder: ChildProcess | undefined;
  #description = "";
  #port = 0;
  /** Whether packets are sent; false stalls the stream. */
  isSending = true;

  /** @param folder for the stream's description */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get address(): string {
    return `rtsp://127.0.0.1:${this.#port}/camera`;
  }

  /** @param source of ffmpeg's filters, which draw what it sees */
  async start(source: string): Promise<void> {
    await new Promise<void>((resolve) => void this.#packets.bind(0, "127.0.0.1", resolve));
    this.#packets.on("message", (packet) => {
      if (!this.isSending) return;
      const head = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 255]);
      for (const watcher of this.#watchers) watcher.write(Buffer.concat([head, packet]));
    });
    const { port } = this.#packets.address();
    const file = join(this.#folder, "camera.sdp");
    this.#encoder = spawn(
      "ffmpeg",
      [
        ...["-v", "error", "-y", "-re", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-g", "5", "-q:v", "3"],
        ...["-sdp_file", file, "-f", "rtp", `rtp://127.0.0.1:${port}`],
      ],
      { stdio: "ignore" },
    );
    while (!this.#description.includes("m=video")) {
      await sleep(20);
      this.#description = readIfThere(file);
    }
    await this.open();
  }

  /** Answers again, at the same address. */
  async open(): Promise<void> {
    const server = createServer((socket) => this.#answer(socket));
    this.#server = server;
    await new Promise<void>((resolve) => void server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Breaks off all connections and answers no more. */
  async unplug(): Promise<void> {
    const closed = new Promise<unknown>((resolve) => this.#server?.close(resolve));
    for (const watcher of this.#watchers) watcher.destroy();
    await closed;
  }

  async stop(): Promise<void> {
    await this.unplug();
    this.#encoder?.kill("SIGKILL");
    this.#packets.close();
  }

  #answer(socket: Socket): void {
    let text = "";
    socket.on("error", () => {});
    socket.on("close", () => this.#watchers.delete(socket));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      // Reports of the receiver come in between, framed as packets are
      for (;;) {
        if (text.startsWith("$") && text.length >= 4) {
          const length = 4 + 256 * text.charCodeAt(2) + text.charCodeAt(3);
          if (text.length < length) return;
          text = text.slice(length);
          continue;
        }
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        this.#reply(socket, text.slice(0, end));
        text = text.slice(end + 4);
      }
    });
  }

  #reply(socket: Socket, request: string): void {
    const [method] = request.split(" ");
    const number = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? "0";
    const respond = (status: string, headers: readonly string[] = [], body = ""): void => {
      const length = body === "" ? [] : ["Content-Type: application/sdp", `Content-Length: ${body.length}`];
      socket.write([`RTSP/1.0 ${status}`, `CSeq: ${number}`, ...headers, ...length, "", body].join("\r\n"));
    };
    if (method === "OPTIONS") respond("200 OK", ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"]);
    else if (method === "DESCRIBE") respond("200 OK", [`Content-Base: ${this.address}/`], this.#description);
    else if (method === "SETUP" && !/RTP\/AVP\/TCP/.test(request)) respond("461 Unsupported Transport");
    else if (method === "SETUP") respond("200 OK", ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1"]);
    else if (method === "PLAY") {
      respond("200 OK", ["Session: 1"]);
      this.#watchers.add(socket);
    } else respond("200 OK", ["Session: 1"]);
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
