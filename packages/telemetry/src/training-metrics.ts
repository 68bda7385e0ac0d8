import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type MetricsServer, serveMetrics } from "./metrics-server.ts";

/** What is known of a training at its start; a part of the trainer's. */
interface StartedRun {
  epochs: number;
  /** The number of this process among several that train together. */
  rank?: number;
}

/** What is known of a batch that was trained on; a part of the trainer's. */
interface TrainedBatch {
  /** From 0. */
  epoch: number;
  /** Means of the epoch so far, by name. */
  mean: Readonly<Record<string, number>>;
  images: number;
  imagesPerSecond: number;
  /** Seconds in communication with other ranks since the training began. */
  communicationSeconds?: number;
}

/** Callbacks of a training that measure it. */
export interface TrainingMetrics {
  onTrainStart(run: StartedRun): Promise<void>;
  onTrainEpochStart(): void;
  onTrainBatchEnd(batch: TrainedBatch): void;
  onTrainEpochEnd(): void;
  onFitEpochEnd(epoch: { validation?: { fitness: number } }): void;
  onTrainEnd(): Promise<void>;
}

/** Options of {@link trainingMetrics}. */
export interface TrainingMetricsOptions {
  /** Where to show them, as of {@link serveMetrics}; ranks of one machine use the ports after it. */
  address: string;
  /** Called with where they are shown, once they are. */
  onListen?: (url: string) => void;
  /** Milliseconds on a clock that never goes back. */
  now?: () => number;
  env?: NodeJS.ProcessEnv;
}

/** Seconds of a step: of a tiny model on a small image, to a large one on a machine without a graphics card. */
const stepBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Where Open MPI, MPICH and Slurm name a process's number on its machine. */
const localRankNames = ["OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"];

/**
 * Measures a training, or one rank of it, and shows that while it runs. Its start throws a `LookonceError` `ARGUMENT` when the
 * address cannot be listened on.
 */
export function trainingMetrics(options: TrainingMetricsOptions): TrainingMetrics {
  const { address, onListen, now = () => performance.now(), env = process.env } = options;
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `lookonce_train_${name}`, help, registers });
  const epoch = gauge("epoch", "Epoch that is trained, from 1");
  const epochs = gauge("epochs", "Epochs of the training");
  const speed = gauge("images_per_second", "Images a second, of all ranks, since the epoch began");
  const fitness = gauge("fitness", "Fitness of the last validation");
  const losses = new Gauge({
    ...{ name: "lookonce_train_loss", help: "Mean of a loss in the epoch so far" },
    ...{ labelNames: ["loss"] as const, registers },
  });
  const images = new Counter({
    ...{ name: "lookonce_train_images_total", help: "Images that were trained on, by all ranks", registers },
  });
  const steps = new Histogram({
    ...{ name: "lookonce_train_step_seconds", help: "Time from the end of one step to the end of the next" },
    ...{ buckets: stepBuckets, registers },
  });
  const communication = new Counter({
    ...{ name: "lookonce_train_communication_seconds_total", help: "Seconds in communication with other ranks" },
    registers,
  });
  let communicated = 0;
  let last: number | undefined;
  let server: MetricsServer | undefined;
  return {
    async onTrainStart({ epochs: count, rank }) {
      epochs.set(count);
      if (rank !== undefined) registry.setDefaultLabels({ rank: String(rank) });
      const local = localRankNames.map((name) => env[name]).find((value) => value !== undefined) ?? rank ?? 0;
      server = await serveMetrics({ address: portAfter(address, Number(local)), registry });
      onListen?.(server.url);
    },
    onTrainEpochStart() {
      last = now();
    },
    onTrainBatchEnd(batch) {
      epoch.set(batch.epoch + 1);
      speed.set(batch.imagesPerSecond);
      images.inc(batch.images);
      for (const [loss, value] of Object.entries(batch.mean)) losses.set({ loss }, value);
      const { communicationSeconds = 0 } = batch;
      communication.inc(Math.max(0, communicationSeconds - communicated));
      communicated = communicationSeconds;
      const time = now();
      if (last !== undefined) steps.observe((time - last) / 1000);
      last = time;
    },
    onTrainEpochEnd() {
      // What comes now is validation, and no step.
      last = undefined;
    },
    onFitEpochEnd({ validation }) {
      if (validation !== undefined) fitness.set(validation.fitness);
    },
    onTrainEnd: async () => server?.close(),
  };
}

/** The address with a port so many after its own; 0 stays any free one. */
function portAfter(address: string, count: number): string {
  return address.replace(/\d+$/, (port) => (Number(port) === 0 ? port : String(Number(port) + count)));
}
