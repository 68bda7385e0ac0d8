import { execFile } from "node:child_process";

/** Whether a program is there. */
export interface ToolState {
  usable: boolean;
  /** Its version, or what is missing and what to do. */
  reason: string;
}

const advice: Readonly<Record<string, string>> = {
  darwin: "brew install ffmpeg",
  win32: "winget install ffmpeg",
  linux: "apt install ffmpeg, or your distribution's way",
};

/** Whether videos and cameras can be read. */
export function ffmpegState(program: string): Promise<ToolState> {
  return new Promise((resolve) => {
    execFile(program, ["-version"], { timeout: 10_000, windowsHide: true }, (error, stdout) => {
      const version = /^ffmpeg version (\S+)/.exec(stdout)?.[1];
      if (version !== undefined) resolve({ usable: true, reason: `version ${version}` });
      else {
        const why =
          (error as NodeJS.ErrnoException | null)?.code === "ENOENT" ? "it is not installed" : "it does not run";
        const how = advice[process.platform] ?? "https://ffmpeg.org";
        resolve({ usable: false, reason: `${why}; videos and cameras need it (${how})` });
      }
    });
  });
}
