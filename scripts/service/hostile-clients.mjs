// Clients that misbehave. Each resolves to how it ended: `status CODE` of the answer, `closed` where the service closed the
// connection without one, `aborted` where the client left.
import http from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds after which a client that gets no answer reports that it hangs. */
const hangsAfterMs = 90_000;

/**
 * Sends a request.
 *
 * @param client `localAddress`, and a `signal` at whose end the client leaves
 */
export function send(url, client, { method = "POST", path = "/v1/predict", headers = {}, body = "" }) {
  const request = open(url, client, {
    method,
    path,
    headers: { "content-length": Buffer.byteLength(body), ...headers },
  });
  request.end(body);
  return request.outcome;
}

/** Sends a body without announcing its length, for ever, a chunk in every `everyMs`. */
export async function upload(url, client, { type = "image/jpeg", chunk, everyMs }) {
  const request = open(url, client, { method: "POST", path: "/v1/predict", headers: { "content-type": type } });
  let isOver = false;
  request.outcome.then(() => {
    isOver = true;
  });
  while (!isOver) {
    if (!request.write(chunk)) await Promise.race([request.outcome, new Promise((go) => request.once("drain", go))]);
    await sleep(everyMs);
  }
  return request.outcome;
}

/** Sends a share of an image and leaves a little later. */
export async function leave(url, client, { image, share }) {
  const control = new AbortController();
  const request = open(
    url,
    { ...client, signal: AbortSignal.any([client.signal, control.signal]) },
    { method: "POST", path: "/v1/predict", headers: { "content-type": "image/jpeg", "content-length": image.length } },
  );
  request.write(image.subarray(0, share * image.length));
  await sleep(30);
  control.abort();
  return request.outcome;
}

/** Writes pieces of text to a connection of its own, a second between two. */
export function writeRaw(url, { localAddress, signal }, pieces) {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), localAddress });
    let answer = "";
    socket.setEncoding("utf8").on("data", (text) => {
      answer += text;
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve(signal.aborted ? "aborted" : outcomeOf(answer)));
    signal.addEventListener("abort", () => socket.destroy(), { once: true });
    void (async () => {
      for (const piece of pieces) {
        if (!socket.writable) break;
        socket.write(piece);
        await sleep(1000);
      }
    })();
  });
}

function outcomeOf(answer) {
  if (answer === "") return "closed";
  return `${answer.split(" ", 2)[1]} ${/"code":"(\w+)"/.exec(answer)?.[1] ?? ""}`.trim();
}

/** Begins a request, with an `outcome` that always resolves. */
function open(url, { localAddress, signal }, options) {
  const request = http.request(url, { ...options, localAddress, agent: false });
  request.outcome = new Promise((resolve) => {
    request.on("response", async (response) => {
      let text = "";
      try {
        for await (const part of response.setEncoding("utf8")) text += part;
      } catch {
        // What has come counts
      }
      request.destroy();
      const code = /^\{"error":\{"code":"(\w+)"/.exec(text)?.[1];
      resolve([response.statusCode, code].filter(Boolean).join(" "));
    });
    request.on("error", (error) => resolve(signal.aborted ? "aborted" : (hung ?? `closed (${error.code})`)));
    request.on("close", () => resolve(signal.aborted ? "aborted" : (hung ?? "closed")));
  });
  let hung;
  const timer = setTimeout(() => {
    hung = "no answer";
    request.destroy();
  }, hangsAfterMs);
  const abort = () => request.destroy();
  signal.addEventListener("abort", abort, { once: true });
  request.outcome.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
  return request;
}
