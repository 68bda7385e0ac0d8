import { execFileSync, spawnSync } from "node:child_process";
import { describe } from "vitest";

const isHere = spawnSync("ffmpeg", ["-version"]).status === 0;

/** Tests that need the ffmpeg program; skipped, with a word, where it is not on the PATH. */
export function describeFfmpeg(name: string, tests: () => void): void {
  if (!isHere) console.warn(`skipped, as ffmpeg is not on the PATH: ${name}`);
  describe.skipIf(!isHere)(name, tests);
}

/** What {@link makeVideo} makes; a second of ten small frames by default. */
export interface TestVideo {
  frames?: number;
  rate?: number;
  size?: string;
  /** More arguments for ffmpeg's output, such as filters. */
  output?: string[];
}

/** Writes a video in which frame k is a gray of 8 · k + 20, so that frames can be distinguished. */
export function makeVideo(
  path: string,
  { frames = 10, rate = 10, size = "64x48", output = [] }: TestVideo = {},
): string {
  const source = `color=black:s=${size}:r=${rate}:d=${frames / rate},format=gray,geq=lum='20+8*N'`;
  const args = ["-v", "error", "-y", "-f", "lavfi", "-i", source, ...output];
  execFileSync("ffmpeg", [...args, "-pix_fmt", "yuv420p", "-color_range", "tv", path]);
  return path;
}
