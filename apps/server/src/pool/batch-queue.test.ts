import { describe, expect, it } from "vitest";
import { BatchQueue, type Ticket } from "./batch-queue.ts";

const options = { batch: 3, window: 5, maxPixels: 1000 };

function ticket(key: string, since: number, { pixels = 10, model = "m", wanted = true } = {}): Ticket {
  const file = new Uint8Array();
  return {
    ...{ key, model, imgsz: 64, file, pixels, options: {}, since },
    isWanted: () => wanted,
    resolve() {},
    reject() {},
  };
}

const fill = (queue: BatchQueue, ...tickets: Ticket[]): void => {
  for (const each of tickets) queue.push(each);
};

describe("BatchQueue", () => {
  it("waits for others until an image's window is over, or the batch is full", () => {
    const queue = new BatchQueue(options);
    fill(queue, ticket("a", 0), ticket("a", 2));
    expect(queue.take(4.9)).toBeUndefined();
    expect(queue.nextReady()).toBe(5);
    expect(queue.take(5)?.tickets.map(({ since }) => since)).toEqual([0, 2]);
    expect([queue.length, queue.nextReady()]).toEqual([0, undefined]);
    fill(queue, ticket("a", 10), ticket("a", 10), ticket("a", 10), ticket("a", 10));
    expect(queue.take(10)?.tickets).toHaveLength(3);
    expect([queue.length, queue.take(10)]).toEqual([1, undefined]);
  });

  it("keeps images of different keys apart, and takes the one that has waited longest first", () => {
    const queue = new BatchQueue(options);
    fill(queue, ticket("a", 1), ticket("b", 0), ticket("a", 2), ticket("b", 3));
    expect(queue.take(20)?.tickets.map(({ key, since }) => [key, since])).toEqual([
      ["b", 0],
      ["b", 3],
    ]);
    expect(queue.take(20)?.tickets.map(({ key }) => key)).toEqual(["a", "a"]);
  });

  it("gives a worker only what it has the model for", () => {
    const queue = new BatchQueue(options);
    fill(queue, ticket("a", 0, { model: "old" }), ticket("b", 1, { model: "new" }));
    expect(queue.take(20, (model) => model === "new")?.model).toBe("new");
    expect(queue.take(20, (model) => model === "new")).toBeUndefined();
  });

  it("bounds the pixels of a batch, and lets a larger image go alone", () => {
    const queue = new BatchQueue(options);
    fill(queue, ticket("a", 0, { pixels: 2000 }), ticket("a", 0, { pixels: 600 }), ticket("a", 0, { pixels: 600 }));
    expect([1, 2, 3].map(() => queue.take(20)?.tickets.map(({ pixels }) => pixels))).toEqual([[2000], [600], [600]]);
  });

  it("drops what is no longer wanted, and puts back what is", () => {
    const queue = new BatchQueue(options);
    const [first, second] = [ticket("a", 0), ticket("a", 1)];
    fill(queue, first, second);
    expect([queue.remove(first), queue.remove(first), queue.length]).toEqual([true, false, 1]);
    queue.putBack([ticket("a", 0, { wanted: false }), ticket("a", 0.5)]);
    expect(queue.of("m").map(({ since }) => since)).toEqual([0.5, 1]);
    queue.putBack([ticket("c", 0, { wanted: false })]);
    expect(queue.length).toBe(2);
  });
});
