import { describe, expect, it } from "vitest";
import { BatchQueue, type PendingImage } from "./batch-queue.ts";

const options = { batch: 3, window: 5, maxPixels: 1000 };

function image(key: string, since: number, { pixels = 10, model = "m" } = {}): PendingImage {
  const content = new Uint8Array();
  return { key, model, imgsz: 64, nms: true, content, pixels, options: {}, since, resolve() {}, reject() {} };
}

const fill = (queue: BatchQueue, ...images: PendingImage[]): void => {
  for (const each of images) queue.push(each);
};

describe("BatchQueue", () => {
  it("waits for others until an image's window is over, or the batch is full", () => {
    const queue = new BatchQueue(options);
    fill(queue, image("a", 0), image("a", 2));
    expect(queue.next(4.9)).toBeUndefined();
    expect(queue.nextReady()).toBe(5);
    expect(queue.next(5)?.images.map(({ since }) => since)).toEqual([0, 2]);
    expect([queue.length, queue.nextReady()]).toEqual([0, undefined]);
    fill(queue, image("a", 10), image("a", 10), image("a", 10), image("a", 10));
    expect(queue.next(10)?.images).toHaveLength(3);
    expect([queue.length, queue.next(10)]).toEqual([1, undefined]);
  });

  it("keeps images of different keys apart, the one that has waited longest first", () => {
    const queue = new BatchQueue(options);
    fill(queue, image("a", 1), image("b", 0), image("a", 2), image("b", 3));
    expect(queue.next(20)?.images.map(({ key, since }) => [key, since])).toEqual([
      ["b", 0],
      ["b", 3],
    ]);
    expect(queue.next(20)?.images.map(({ key }) => key)).toEqual(["a", "a"]);
  });

  it("returns only batches of models that a worker has", () => {
    const queue = new BatchQueue(options);
    fill(queue, image("a", 0, { model: "old" }), image("b", 1, { model: "new" }));
    expect(queue.next(20, (model) => model === "new")?.model).toBe("new");
    expect(queue.next(20, (model) => model === "new")).toBeUndefined();
  });

  it("bounds the pixels of a batch, and makes a larger image a batch of its own", () => {
    const queue = new BatchQueue(options);
    fill(queue, image("a", 0, { pixels: 2000 }), image("a", 0, { pixels: 600 }), image("a", 0, { pixels: 600 }));
    expect([1, 2, 3].map(() => queue.next(20)?.images.map(({ pixels }) => pixels))).toEqual([[2000], [600], [600]]);
  });

  it("drops what is no longer wanted", () => {
    const queue = new BatchQueue(options);
    const [first, second] = [image("a", 0), image("a", 1)];
    fill(queue, first, second);
    expect([queue.remove(first), queue.remove(first), queue.length]).toEqual([true, false, 1]);
    expect(queue.of("m")).toEqual([second]);
    expect([queue.remove(second), queue.length, queue.nextReady()]).toEqual([true, 0, undefined]);
    fill(queue, first, second);
    expect([queue.clear(), queue.length]).toEqual([[first, second], 0]);
  });
});
