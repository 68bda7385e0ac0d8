import { describe, expect, it } from "vitest";
import { addEvent, noNews } from "./job-news.ts";

const batch = (epoch: number, batch: number, more: object = {}) => ({
  type: "batch",
  data: JSON.stringify({ stage: "train", epoch, epochs: 3, batch, batches: 4, losses: { box: 1, cls: 2 }, ...more }),
});

describe("addEvent", () => {
  it("follows batches over epochs, and does not count one twice", () => {
    const news = [
      batch(1, 4),
      batch(2, 1),
      batch(2, 1),
      batch(2, 2, { lr: [0.01, 0.02], images_per_second: 7 }),
    ].reduce(addEvent, noNews);
    expect(news.byBatch).toEqual([
      [4, 3],
      [5, 3],
      [6, 3],
    ]);
    expect(news).toMatchObject({ rate: 0.01, imagesPerSecond: 7, progress: { stage: "train", epoch: 2, batch: 2 } });
  });

  it("keeps the losses while the epoch is validated", () => {
    const news = addEvent(addEvent(noNews, batch(1, 4)), batch(1, 1, { stage: "val", losses: undefined }));
    expect(news.losses).toEqual({ box: 1, cls: 2 });
    expect(news.byBatch).toHaveLength(1);
    expect(news.progress?.stage).toBe("val");
  });

  it("accepts a log's lines as they come", () => {
    const events = ["one", "two"].map((message) => ({ type: "log", data: JSON.stringify({ level: "info", message }) }));
    expect(events.reduce(addEvent, noNews).log).toEqual(["one", "two"]);
  });
});
