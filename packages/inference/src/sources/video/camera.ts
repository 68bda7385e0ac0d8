import { existsSync, readdirSync } from "node:fs";
import { LookonceError } from "@lookonce/errors";
import type { VideoOrigin } from "../source.ts";
import { textOf } from "./ffmpeg-process.ts";

interface Camera {
  number: number;
  ffmpeg: string;
  platform?: NodeJS.Platform;
}

/** A camera by its number, as ffmpeg opens it: through Video4Linux, AVFoundation (macOS) or DirectShow (Windows). */
export async function openCamera({ number, ffmpeg, platform = process.platform }: Camera): Promise<VideoOrigin> {
  const name = `camera-${number}`;
  if (platform === "linux") return linuxCamera(`/dev/video${number}`, name);
  const input = await inputOn(platform, number, ffmpeg);
  return { kind: "video", path: `camera ${number}`, name, input, live: true };
}

/** A camera by its device, as Linux names them. @throws LookonceError `NOT_FOUND` when there is none */
export function linuxCamera(device: string, name: string): VideoOrigin {
  if (!existsSync(device)) {
    const found = existsSync("/dev") ? readdirSync("/dev").filter((entry) => /^video\d+$/.test(entry)) : [];
    const known = found.length === 0 ? "No camera is connected." : `There is ${found.sort().join(", ")} in /dev.`;
    throw new LookonceError("NOT_FOUND", `There is no camera ${device}. ${known}`);
  }
  return { kind: "video", path: device, name, input: ["-f", "v4l2", "-i", device], live: true };
}

async function inputOn(platform: NodeJS.Platform, number: number, ffmpeg: string): Promise<string[]> {
  // AVFoundation refuses cameras without a rate that they know; 30 is the one that all do
  if (platform === "darwin") return ["-f", "avfoundation", "-framerate", "30", "-i", `${number}:none`];
  if (platform === "win32") return ["-f", "dshow", "-i", `video=${await directShowName(number, ffmpeg)}`];
  throw new LookonceError("UNSUPPORTED", `Cameras can be opened on Linux, macOS and Windows, not on ${platform}.`);
}

/** DirectShow knows cameras by name only. */
async function directShowName(number: number, ffmpeg: string): Promise<string> {
  const lines: string[] = [];
  const args = ["-hide_banner", "-list_devices", "true", "-f", "dshow", "-i", "dummy"];
  await textOf(ffmpeg, args, { onLine: (line) => lines.push(line) });
  const names = directShowCameras(lines);
  const name = names[number];
  if (name !== undefined) return name;
  const known = names.map((found, i) => `${i} is ${found}`).join(", ") || "none is connected";
  throw new LookonceError("NOT_FOUND", `There is no camera ${number}: ${known}.`);
}

/** Names of cameras in ffmpeg's list of DirectShow's devices: `"Name" (video)`, before version 5 below a heading. */
export function directShowCameras(lines: readonly string[]): string[] {
  let isBelowVideo = false;
  return lines.flatMap((line) => {
    if (/DirectShow (video|audio) devices/.test(line)) isBelowVideo = line.includes("video devices");
    const [, name, kind] = /\]\s+"(.*?)"(?: \((\w+)\))?\s*$/.exec(line) ?? [];
    if (name === undefined || line.includes("Alternative name")) return [];
    return kind === "video" || (kind === undefined && isBelowVideo) ? [name] : [];
  });
}
