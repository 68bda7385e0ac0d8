import type { Random } from "@lookonce/random";
import type { Mutate } from "../target.ts";
import { mutateBytes } from "./bytes.ts";
import { mutateJsonText } from "./json.ts";

/** An HTTP request; its body as bytes in Latin-1. */
export interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Parts of addresses and values of parameters that mean something, or nothing anywhere. */
const words = [
  ...["", ".", "..", "../..", "%2e%2e%2f", "%", "%zz", "%00", "%ff", "%F0%9F%98%80", "*", "a".repeat(400), "__proto__"],
  ...[
    "-1",
    "0",
    "1",
    "2",
    "1e999",
    "NaN",
    "9007199254740993",
    "99999999999999999999",
    "true",
    "null",
    "[]",
    "{}",
    "0,2,5",
  ],
  ...[
    "run",
    "tiny",
    "tiny.yaml",
    "set",
    "results.csv",
    "args.yaml",
    "weights/last.pt",
    "jobs.sqlite",
    "jobs.sqlite.lock",
  ],
];

const headers: readonly (readonly [string, readonly string[]])[] = [
  [
    "content-type",
    [
      ...["application/json", "application/json; charset=utf-16", "text/plain", "image/jpeg", "image/svg+xml", "x", ""],
      ...[
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
      ],
    ],
  ],
  ["content-length", ["0", "1", "-1", "99999999999", "x"]],
  ["content-encoding", ["gzip", "br", "x"]],
  ["transfer-encoding", ["chunked", "gzip"]],
  ["expect", ["100-continue", "x"]],
  ["range", ["bytes=0-", "bytes=5-2", "bytes=-0", "bytes=0-1,3-4", "x"]],
  ["if-none-match", ["*", "x", 'W/"0"']],
  ["if-modified-since", ["Thu, 01 Jan 1970 00:00:00 GMT", "x"]],
  ["accept-encoding", ["gzip", "*;q=0", "x"]],
  ["last-event-id", ["0", "-1", "1e9", "9007199254740993", "x"]],
  ["origin", ["null", "http://localhost", "https://example.com", "x"]],
  ["host", ["localhost", "example.com", "[::1]:80", "x:y:z", ""]],
  ["authorization", ["Bearer x", "Basic eDp5", "Bearer"]],
  ["x-forwarded-for", ["1.2.3.4", "x, y", "::"]],
];

type Edit = (request: Request, random: Random) => void;

function changeSegment(request: Request, random: Random): void {
  const [path = "", query] = request.url.split("?", 2);
  const parts = path.split("/");
  parts.splice(random.integer(1, parts.length + 1), random.choice([0, 1, 1]), random.choice(words));
  request.url = parts.join("/") + (query === undefined ? "" : `?${query}`);
}

function changeParameter(request: Request, random: Random): void {
  const [path = "", query = ""] = request.url.split("?", 2);
  const parts = query.split("&");
  const at = random.integer(0, parts.length);
  const name = random.chance(0.8) ? (parts[at] ?? "").split("=")[0] : random.choice(words);
  parts.splice(at, random.choice([0, 1, 1]), `${name}=${random.choice(words)}`);
  request.url = `${path}?${parts.join("&")}`;
}

function changeHeader(request: Request, random: Random): void {
  const [name, values] = random.choice(headers);
  request.headers[name] = random.choice(values);
}

function changeBody(request: Request, random: Random): void {
  const isJson = request.headers["content-type"]?.startsWith("application/json") === true && random.chance(0.8);
  request.body = isJson
    ? mutateJsonText(request.body, random)
    : Buffer.from(mutateBytes(Buffer.from(request.body, "latin1"), random)).toString("latin1");
}

const edits: readonly Edit[] = [
  ...[changeBody, changeBody, changeBody, changeSegment, changeParameter, changeParameter, changeHeader],
  (request, random) => {
    request.method = random.choice(["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"]);
  },
];

/** Changes a request in one place: a part of its address, a parameter, a header, its body. */
export const mutateRequest: Mutate = (bytes, random) => {
  try {
    const request: Request = JSON.parse(Buffer.from(bytes).toString());
    random.choice(edits)(request, random);
    return Buffer.from(JSON.stringify(request));
  } catch {
    // Changed before into something that is no request any more
    return bytes;
  }
};
