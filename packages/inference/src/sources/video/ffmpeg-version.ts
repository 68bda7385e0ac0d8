import { LookonceError } from "@lookonce/errors";
import { FfmpegProcess } from "./ffmpeg-process.ts";

const versions = new Map<string, Promise<number>>();

/**
 * The major version of an ffmpeg, asked once; builds between releases count as the newest.
 *
 * @throws LookonceError `NOT_FOUND` when it is not there
 */
export function ffmpegVersion(ffmpeg: string): Promise<number> {
  let version = versions.get(ffmpeg);
  if (version === undefined) {
    version = askVersion(ffmpeg);
    versions.set(ffmpeg, version);
    // It may be installed while this process runs
    version.catch(() => versions.delete(ffmpeg));
  }
  return version;
}

async function askVersion(ffmpeg: string): Promise<number> {
  const run = new FfmpegProcess(ffmpeg, ["-version"]);
  run.stdin.end();
  let text = "";
  run.stdout.setEncoding("utf8");
  for await (const chunk of run.stdout) text += chunk;
  const { code } = await run.ended;
  if (code !== 0 || !text.startsWith("ffmpeg version")) {
    throw new LookonceError("NOT_FOUND", `${ffmpeg} does not answer as ffmpeg does: check the program.`);
  }
  const major = /^ffmpeg version n?(\d+)\./.exec(text)?.[1];
  return major === undefined ? Number.POSITIVE_INFINITY : Number(major);
}
