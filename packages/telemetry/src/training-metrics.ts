import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type MetricsServer, serveMetrics } from "./metrics-server.ts";

/** What is known of a batch that was trained on; a part of the trainer's. */
interface TrainedBatch {
  /** From 0. */
  epoch: number;
  iteration: number;
  /** Means of the epoch so far, by name. */
  mean: Readonly<Record<string, number>>;
  images: number;
  imagesPerSecond: number;
}

/** Callbacks of a training that measure it, and the server that shows that. */
export interface TrainingMetrics extends MetricsServer {
  onTrainStart(run: { epochs: number }): void;
  onTrainEpochStart(): void;
  onTrainBatchEnd(batch: TrainedBatch): void;
  onTrainEpochEnd(): void;
  onFitEpochEnd(epoch: { validation?: { fitness: number } }): void;
  onTrainEnd(): Promise<void>;
}

/** Options of {@link trainingMetrics}. */
export interface TrainingMetricsOptions {
  /** Where to show them, as of {@link serveMetrics}. */
  address: string;
  /** The rank of this process among several that train together. */
  rank?: number;
  /** Seconds that the rank has spent in communication with the others so far. */
  communicationSeconds?: () => number;
  /** Milliseconds on a clock that never goes back. */
  now?: () => number;
}

/** Seconds of a step: of a tiny model on a small image, to a large one on a machine without a graphics card. */
const stepBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Measures a training, or one rank of it, and shows that until it ends.
 *
 * @throws LookonceError `ARGUMENT` when the address cannot be listened on
 */
export async function trainingMetrics(options: TrainingMetricsOptions): Promise<TrainingMetrics> {
  const { address, rank, communicationSeconds = () => 0, now = () => performance.now() } = options;
  const registry = new Registry();
  if (rank !== undefined) registry.setDefaultLabels({ rank: String(rank) });
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `lookonce_train_${name}`, help, registers });
  const epoch = gauge("epoch", "Epoch that is trained, from 1");
  const epochs = gauge("epochs", "Epochs of the training");
  const speed = gauge("images_per_second", "Images of this process a second, since the epoch began");
  const fitness = gauge("fitness", "Fitness of the last validation");
  const losses = new Gauge({
    ...{ name: "lookonce_train_loss", help: "Mean of a loss in the epoch so far" },
    ...{ labelNames: ["loss"] as const, registers },
  });
  const images = new Counter({
    ...{ name: "lookonce_train_images_total", help: "Images of this process that were trained on", registers },
  });
  const steps = new Histogram({
    ...{ name: "lookonce_train_step_seconds", help: "Time from the end of one step to the end of the next" },
    ...{ buckets: stepBuckets, registers },
  });
  new Counter({
    ...{ name: "lookonce_train_communication_seconds_total", help: "Seconds in communication with other ranks" },
    registers,
    collect() {
      this.reset();
      this.inc(communicationSeconds());
    },
  });
  let last: number | undefined;
  const server = await serveMetrics({ address, registry });
  return {
    ...server,
    onTrainStart: (run) => epochs.set(run.epochs),
    onTrainEpochStart: () => {
      last = now();
    },
    onTrainBatchEnd(batch) {
      epoch.set(batch.epoch + 1);
      speed.set(batch.imagesPerSecond);
      images.inc(batch.images);
      for (const [loss, value] of Object.entries(batch.mean)) losses.set({ loss }, value);
      const time = now();
      if (last !== undefined) steps.observe((time - last) / 1000);
      last = time;
    },
    onTrainEpochEnd: () => {
      // What comes now is validation, and no step.
      last = undefined;
    },
    onFitEpochEnd({ validation }) {
      if (validation !== undefined) fitness.set(validation.fitness);
    },
    onTrainEnd: () => server.close(),
  };
}
