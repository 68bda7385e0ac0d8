// Computes what docs/distributed-costs.md says: `node scripts/distributed-costs.mjs` prints the tables, `--write` writes them into the page.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** What was measured; the page says where. */
export const measured = {
  /** Parameters of YOLOv8n, and bytes of a gradient. */
  parameters: 3_157_200,
  gradientBytes: 4,
  /** A training step of YOLOv8n at 640 on 2 cores: images, and seconds. */
  stepImages: 8,
  stepSeconds: 1.53,
  /** Images a second, file to boxes, YOLOv8n at 640 on 2 cores. */
  predicted: 42.3,
  /** Bytes of an image file, the mean of COCO128's 128. */
  imageBytes: 22_172_241 / 128,
  /** Seconds of an all-reduce of all gradients between two ranks of one machine. */
  localReduce: 0.04,
};

/** What is assumed: machines, their networks, prices. */
export const assumed = {
  machines: 64,
  /** Seconds until a message of no bytes arrives. */
  latency: 50e-6,
  /** Bits a second of a machine's network. */
  networks: [1e9, 10e9, 25e9],
  /** COCO's training images, and epochs. */
  images: 118_287,
  epochs: 100,
  /** For one hour of a machine of 2 cores. */
  price: 0.08,
};

/**
 * Bytes that each of n machines sends, and receives, in an all-reduce along a ring: 2 (n - 1) / n times the numbers
 * (Patarasuk and Yuan 2009).
 */
export function ringBytes(machines, bytes) {
  return (2 * (machines - 1) * bytes) / machines;
}

/** Seconds of such an all-reduce: the bytes at the network's speed, and 2 (n - 1) messages one after the other. */
export function ringSeconds({ machines, bytes, network, latency }) {
  return (8 * ringBytes(machines, bytes)) / network + 2 * (machines - 1) * latency;
}

/** A training on all machines, its step no faster than computing and then exchanging all gradients. */
export function training({ network, half = false, images = assumed.images, epochs = assumed.epochs }) {
  const { parameters, gradientBytes, stepImages, stepSeconds } = measured;
  const { machines, latency, price } = assumed;
  const bytes = (parameters * gradientBytes) / (half ? 2 : 1);
  const reduce = ringSeconds({ machines, bytes, network, latency });
  const step = stepSeconds + reduce;
  const efficiency = stepSeconds / step;
  const steps = Math.ceil(images / (machines * stepImages)) * epochs;
  const hours = (steps * step) / 3600;
  return {
    bytes,
    reduce,
    step,
    efficiency,
    steps,
    hours,
    machineHours: hours * machines,
    cost: hours * machines * price,
  };
}

/** A billion images, predicted or trained on once. */
export function billion() {
  const { predicted, imageBytes, stepImages, stepSeconds } = measured;
  const { machines, price } = assumed;
  const images = 1e9;
  const machineHours = images / predicted / 3600;
  const epoch = training({ network: 10e9, images, epochs: 1 });
  return {
    images,
    machineHours,
    hours: machineHours / machines,
    cost: machineHours * price,
    bytes: images * imageBytes,
    /** Bits a second that the storage delivers to all machines. */
    reading: 8 * machines * predicted * imageBytes,
    trainReading: (8 * machines * stepImages * imageBytes) / stepSeconds,
    epoch,
  };
}

/** The page's tables, by name. */
export function tables() {
  const rows = assumed.networks.flatMap((network) =>
    [false, true].map((half) => {
      const { bytes, reduce, step, efficiency, hours, machineHours, cost } = training({ network, half });
      return [
        `${network / 1e9} Gbit/s${half ? ", `half_gradients=true`" : ""}`,
        `${(ringBytes(assumed.machines, bytes) / 1e6).toFixed(1)} MB`,
        `${(1000 * reduce).toFixed(0)} ms`,
        `${step.toFixed(2)} s`,
        efficiency.toFixed(2),
        `${hours.toFixed(1)} h`,
        `${machineHours.toFixed(0)}`,
        `${cost.toFixed(0)} €`,
      ];
    }),
  );
  const alone = (assumed.images / measured.stepImages) * measured.stepSeconds * assumed.epochs;
  const { hours, machineHours, cost, bytes, reading, trainReading, epoch } = billion();
  return {
    training: table(
      ["network of a machine", "sent a step", "exchange", "step", "efficiency", "all epochs", "machine-hours", "price"],
      [
        ...rows,
        [
          "one machine alone",
          "–",
          "–",
          `${measured.stepSeconds} s`,
          "1.00",
          `${(alone / 86_400).toFixed(1)} days`,
          (alone / 3600).toFixed(0),
          `${((alone / 3600) * assumed.price).toFixed(0)} €`,
        ],
      ],
    ),
    billion: table(
      ["a billion images", "all machines", "machine-hours", "price", "bytes read", "the storage delivers"],
      [
        [
          "predict",
          `${(hours / 24).toFixed(1)} days`,
          thousands(machineHours),
          `${thousands(cost)} €`,
          `${(bytes / 1e12).toFixed(0)} TB`,
          `${(reading / 1e9).toFixed(1)} Gbit/s`,
        ],
        [
          "train, one epoch, 10 Gbit/s",
          `${(epoch.hours / 24).toFixed(1)} days`,
          thousands(epoch.machineHours),
          `${thousands(epoch.cost)} €`,
          `${(bytes / 1e12).toFixed(0)} TB`,
          `${(trainReading / 1e9).toFixed(2)} Gbit/s`,
        ],
      ],
    ),
  };
}

function thousands(value) {
  return Math.round(value).toLocaleString("en");
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A page with its tables, which stand between `<!-- costs: NAME -->` and `<!-- /costs -->`. */
export function withTables(page) {
  return page.replace(/(<!-- costs: (\w+) -->\n\n)[\s\S]*?(\n\n<!-- \/costs -->)/g, (_, start, name, end) => {
    return start + tables()[name] + end;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const page = new URL("../docs/distributed-costs.md", import.meta.url);
  if (process.argv.includes("--write")) writeFileSync(page, withTables(readFileSync(page, "utf8")));
  else for (const [name, text] of Object.entries(tables())) process.stdout.write(`${name}\n\n${text}\n\n`);
}
