import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDetections } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Results } from "../../results.ts";
import { ResultsTracker } from "../../track/results-tracker.ts";
import { openSource } from "../open-source.ts";
import type { SourceItem } from "../source.ts";
import { RtspCamera } from "./test-rtsp-camera.ts";
import { describeFfmpeg } from "./test-videos.ts";

describeFfmpeg("a camera on the network", () => {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-rtsp-"));
  const camera = new RtspCamera(folder);
  beforeAll(() => camera.start("testsrc=s=64x48:r=20"));
  afterAll(async () => {
    await camera.stop();
    rmSync(folder, { recursive: true });
  });

  /** A frame in which the same object is found. */
  function found({ path, content, frame, timestamp, video }: SourceItem): Results {
    const image = content as Image;
    const boxes = makeDetections([10, 10, 30, 30], [0.9], [0]);
    const speed = { preprocess: 0, inference: 0, postprocess: 0 };
    return new Results({ path, image, boxes, names: ["cup"], speed, inputSize: image, frame, timestamp, video });
  }

  it("that stalls, breaks off and comes back is opened again: frames go on, with their times and identities", async () => {
    const notices: string[] = [];
    const notify = (line: string): void => void notices.push(line.replace(camera.address, "camera"));
    const tracker = new ResultsTracker({ settings: { track_buffer: 900 }, trails: 0, notify });
    const frames: number[] = [];
    const times: number[] = [];
    const ids = new Set<number>();
    const options = { timeout: 2, reconnectDelays: [0.2, 0.3, 0.5, 0.5], notify };
    const incidents: Record<number, () => unknown> = {
      // Shorter than the timeout: the connection lasts
      10: () => {
        camera.isSending = false;
        setTimeout(() => (camera.isSending = true), 900);
      },
      20: async () => {
        await camera.unplug();
        setTimeout(() => camera.open(), 500);
      },
      // Longer than the timeout
      30: () => {
        camera.isSending = false;
        setTimeout(() => (camera.isSending = true), 2500);
      },
      40: () => camera.unplug(),
    };
    for await (const item of await openSource(camera.address, options)) {
      frames.push(item.frame as number);
      times.push(item.timestamp as number);
      for (const id of tracker.track(found(item)).boxes.id ?? []) ids.add(id);
      await incidents[frames.length]?.();
    }
    // The last images may still have come after the camera was unplugged
    expect(frames.length).toBeGreaterThanOrEqual(40);
    expect(frames.every((frame, i) => i === 0 || frame > (frames[i - 1] as number))).toBe(true);
    expect(times.every((time, i) => i === 0 || time > (times[i - 1] as number))).toBe(true);
    // Two gaps of about a second, and one of more than two
    const gaps = times.flatMap((time, i) =>
      i > 0 && time - (times[i - 1] as number) > 0.5 ? [time - (times[i - 1] as number)] : [],
    );
    expect(gaps).toHaveLength(3);
    expect(gaps[2]).toBeGreaterThan(2);
    expect([...ids]).toEqual([1]);
    const said = notices.join("\n");
    expect(said.match(/camera: no frame came for \d\.\d s; tracks are predicted over that time/g)).toHaveLength(3);
    expect(said).toContain("camera broke off; it is opened again in 0.2 s");
    expect(said).toContain("camera sent no frame for 2 s; it is opened again in 0.2 s");
    expect(notices.at(-1)).toMatch(/^camera broke off, and could not be opened again: .*refused.*\.$/);
  });
});
