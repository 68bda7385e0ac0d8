import { expect, it } from "vitest";
import { trainingMetrics } from "./index.ts";

it("measures the steps of a rank, without validation between them", async () => {
  let time = 0;
  let url = "";
  const metrics = trainingMetrics({
    ...{ address: "0", env: {}, now: () => 1000 * time },
    onListen: (address) => {
      url = address;
    },
  });
  const batch = { epoch: 0, mean: { box: 2.5, cls: 1 }, images: 8, imagesPerSecond: 16, communicationSeconds: 0.5 };
  await metrics.onTrainStart({ epochs: 5, rank: 3 });
  metrics.onTrainEpochStart();
  for (time = 2; time <= 4; time += 2) metrics.onTrainBatchEnd(batch);
  metrics.onTrainEpochEnd();
  time = 1000;
  metrics.onFitEpochEnd({ validation: { fitness: 0.25 } });
  metrics.onTrainEpochStart();
  time += 0.5;
  metrics.onTrainBatchEnd({ ...batch, epoch: 1, mean: { box: 2, cls: 1 }, communicationSeconds: 1.5 });
  const text = await (await fetch(`${url}/metrics`)).text();
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
  await expect(fetch(`${url}/metrics`)).rejects.toThrow();
});

it("shows ranks of one machine at ports of their own", async () => {
  const [first, second] = [0, 1].map((rank) => {
    const env = { OMPI_COMM_WORLD_LOCAL_RANK: String(rank) };
    return trainingMetrics({ address: "127.0.0.1:65534", env });
  });
  await first?.onTrainStart({ epochs: 1, rank: 4 });
  await second?.onTrainStart({ epochs: 1, rank: 5 });
  const epochs = (rank: number): string => `lookonce_train_epochs{rank="${rank}"} 1`;
  expect(await (await fetch("http://127.0.0.1:65534/metrics")).text()).toContain(epochs(4));
  expect(await (await fetch("http://127.0.0.1:65535/metrics")).text()).toContain(epochs(5));
  await first?.onTrainEnd();
  await second?.onTrainEnd();
});
