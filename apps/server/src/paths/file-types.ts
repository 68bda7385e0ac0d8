import { extname } from "node:path";

/** Content types of what runs leave. Anything else is downloaded, never shown: a run's folder may contain other files too. */
const types: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".webp": "image/webp",
  ".csv": "text/csv; charset=utf-8",
  ".json": "application/json",
  ".jsonl": "application/x-ndjson",
  ".txt": "text/plain; charset=utf-8",
  ".yaml": "text/plain; charset=utf-8",
  ".yml": "text/plain; charset=utf-8",
};

const download = "application/octet-stream";

export function typeOf(name: string): string {
  return types[extname(name).toLowerCase()] ?? download;
}

/** Whether browsers may show it. */
export function isShown(name: string): boolean {
  return typeOf(name) !== download;
}

export function isImage(name: string): boolean {
  return typeOf(name).startsWith("image/");
}
