import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { directShowCameras, openCamera } from "./camera.ts";
import { probeBeside, readFacts } from "./probe-video.ts";

describe("readFacts", () => {
  const facts = (stream: object, format: object = {}): unknown =>
    readFacts(
      JSON.stringify({ streams: [{ width: 640, height: 360, avg_frame_rate: "30000/1001", ...stream }], format }),
    );

  it("counts frames, or estimates them from the duration", () => {
    expect(facts({ nb_frames: "90" })).toEqual({ width: 640, height: 360, rate: 30000 / 1001, frames: 90 });
    expect(facts({ duration: "2.002" })).toMatchObject({ frames: 60 });
    expect(facts({ nb_frames: "N/A" }, { duration: "1.001" })).toMatchObject({ frames: 30 });
    expect(facts({})).toEqual({ width: 640, height: 360, rate: 30000 / 1001 });
  });

  it("turns the size with the image", () => {
    const turned = { width: 360, height: 640 };
    expect(facts({ side_data_list: [{ rotation: -90 }] })).toMatchObject(turned);
    expect(facts({ tags: { rotate: "270" } })).toMatchObject(turned);
    expect(facts({ side_data_list: [{}, { rotation: 180 }] })).toMatchObject({ width: 640, height: 360 });
  });

  it("falls back where rates make no sense, and finds no video where there is none", () => {
    expect(facts({ avg_frame_rate: "0/0", r_frame_rate: "25/1" })).toMatchObject({ rate: 25 });
    expect(facts({ avg_frame_rate: "0/0" })).toMatchObject({ rate: 30 });
    expect(readFacts("{}")).toBeUndefined();
    expect(readFacts("")).toBeUndefined();
  });
});

describe("probeBeside", () => {
  it("is ffmpeg's neighbor", () => {
    expect(probeBeside("ffmpeg")).toBe("ffprobe");
    expect(probeBeside(join("tools", "ffmpeg-7", "ffmpeg.exe"))).toBe(join("tools", "ffmpeg-7", "ffprobe.exe"));
  });
});

describe("cameras", () => {
  it("of Windows are found in both forms of ffmpeg's list", () => {
    const now = [
      '[dshow @ 0001] "Front Camera" (video)',
      '[dshow @ 0001]   Alternative name "@device_pnp_x"',
      '[dshow @ 0001] "Microphone" (audio)',
      '[dshow @ 0001] "Back Camera" (video)',
    ];
    const before = [
      "[dshow @ 0001] DirectShow video devices (some may be both video and audio devices)",
      '[dshow @ 0001]  "Front Camera"',
      '[dshow @ 0001]     Alternative name "@device_pnp_x"',
      "[dshow @ 0001] DirectShow audio devices",
      '[dshow @ 0001]  "Microphone"',
    ];
    expect(directShowCameras(now)).toEqual(["Front Camera", "Back Camera"]);
    expect(directShowCameras(before)).toEqual(["Front Camera"]);
  });

  it("of macOS are opened by number; where there is none, or no way, it is said", async () => {
    const ffmpeg = "ffmpeg";
    expect(await openCamera({ number: 1, ffmpeg, platform: "darwin" })).toMatchObject({
      path: "camera 1",
      input: ["-f", "avfoundation", "-framerate", "30", "-i", "1:none"],
      live: true,
    });
    await expect(openCamera({ number: 99, ffmpeg, platform: "linux" })).rejects.toThrow(/no camera \/dev\/video99/);
    await expect(openCamera({ number: 0, ffmpeg, platform: "aix" })).rejects.toThrow(/not on aix/);
  });
});
