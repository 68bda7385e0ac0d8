import { expect, it, onTestFinished } from "vitest";
import { trainingMetrics } from "./index.ts";

it("measures the steps of a rank, without validation between them", async () => {
  let [time, communication] = [0, 0];
  const metrics = await trainingMetrics({
    ...{ address: "0", rank: 3, now: () => 1000 * time, communicationSeconds: () => communication },
  });
  onTestFinished(() => metrics.close());
  const batch = { epoch: 0, iteration: 0, mean: { box: 2.5, cls: 1 }, images: 8, imagesPerSecond: 16 };
  metrics.onTrainStart({ epochs: 5 });
  metrics.onTrainEpochStart();
  for (time = 2; time <= 4; time += 2) metrics.onTrainBatchEnd(batch);
  metrics.onTrainEpochEnd();
  time = 1000;
  metrics.onFitEpochEnd({ validation: { fitness: 0.25 } });
  metrics.onTrainEpochStart();
  time += 0.5;
  communication = 1.5;
  metrics.onTrainBatchEnd({ ...batch, epoch: 1, mean: { box: 2, cls: 1 } });
  const text = await (await fetch(`${metrics.url}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^lookonce_train_${name} (\\S+)$`, "m").exec(text)?.[1]);
  expect(value('epoch{rank="3"}')).toBe(2);
  expect(value('epochs{rank="3"}')).toBe(5);
  expect(value('images_total{rank="3"}')).toBe(24);
  expect(value('images_per_second{rank="3"}')).toBe(16);
  expect(value('loss{loss="box",rank="3"}')).toBe(2);
  expect(value('fitness{rank="3"}')).toBe(0.25);
  expect(value('step_seconds_count{rank="3"}')).toBe(3);
  expect(value('step_seconds_sum{rank="3"}')).toBe(4.5);
  expect(value('communication_seconds_total{rank="3"}')).toBe(1.5);
  await metrics.onTrainEnd();
  await expect(fetch(`${metrics.url}/metrics`)).rejects.toThrow();
});
