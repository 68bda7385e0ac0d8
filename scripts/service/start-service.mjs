// A service in a process of its own, for scripts and benchmarks: starting it and asking it.
import { spawn } from "node:child_process";
import http from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../packages/lookonce/bin/lookonce.js", import.meta.url));

/** Services that run: none is left when the script ends. */
const running = new Set();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts `lookonce serve` on a free port; `ended` resolves to its exit code, or the signal that ended it. */
export async function startService(settings, { program = cli, onLog = (text) => process.stderr.write(text) } = {}) {
  const options = { stdio: ["ignore", "pipe", "pipe"] };
  const child = spawn(process.execPath, [program, "serve", "port=0", ...settings], options);
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  running.add(child);
  ended.then(() => running.delete(child));
  child.stderr.setEncoding("utf8").on("data", onLog);
  const failed = ended.then((end) => {
    throw new Error(`the service ended with ${end} before it listened`);
  });
  const url = await Promise.race([addressOf(child), failed]);
  return { child, ended, url };
}

/** The address that a service prints when it listens; one that ends before never has any. */
export function addressOf({ stdout }) {
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on("line", (line) => {
      const found = /https?:\/\/\S+/.exec(line)?.[0];
      if (found !== undefined) resolve(found);
    });
  });
}

/** A number of the service's `/metrics`. */
export async function readMetric(url, name) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
}

/**
 * Sends an image to `/v1/predict`.
 *
 * @returns its status, its JSON, and the seconds after which to try again, if it says so; rejects when the connection breaks
 *   or `timeoutMs` have passed
 */
export function postImage(url, image, all = {}) {
  const { query = "", timeoutMs = 300_000, isAgain = false, ...options } = all;
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "image/jpeg", "content-length": image.length };
    const request = http.request(`${url}/v1/predict${query}`, { method: "POST", headers, ...options });
    request.on("response", async (response) => {
      try {
        let text = "";
        for await (const part of response.setEncoding("utf8")) text += part;
        resolve({
          status: response.statusCode,
          body: JSON.parse(text),
          retryAfter: Number(response.headers["retry-after"]),
        });
      } catch (error) {
        reject(error);
      }
    });
    request.on("error", (error) => {
      // The service may close a connection that was idle in the moment in which it is used again: Node's advice is to try again
      if (error.code === "ECONNRESET" && request.reusedSocket && !isAgain)
        resolve(postImage(url, image, { ...all, isAgain: true }));
      else reject(error);
    });
    request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.end(image);
  });
}

/** Whether an answered image has the size and the boxes of another; batches change the last digits of numbers. */
export function isSameImage(actual, expected) {
  const { boxes } = actual;
  if (actual.width !== expected.width || actual.height !== expected.height) return false;
  if (boxes?.length !== expected.boxes.length) return false;
  return boxes.every((box, i) => {
    const other = expected.boxes[i];
    const isNear = ["x1", "y1", "x2", "y2"].every((side) => Math.abs(box[side] - other[side]) < 0.5);
    return isNear && box.class === other.class && Math.abs(box.confidence - other.confidence) < 1e-3;
  });
}

export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** The value below which a share of the values is. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
