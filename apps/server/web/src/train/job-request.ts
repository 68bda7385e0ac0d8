/** The contents of the form for a training: texts, as they were typed; an empty one stands for the default. */
export interface JobValues {
  model: string;
  data: string;
  epochs: string;
  imgsz: string;
  batch: string;
  optimizer: string;
  lr0: string;
  freeze: string;
  patience: string;
  seed: string;
  fraction: string;
  workers: string;
}

export const startValues: JobValues = {
  model: "",
  data: "",
  epochs: "50",
  imgsz: "640",
  batch: "16",
  optimizer: "",
  lr0: "",
  freeze: "",
  patience: "",
  seed: "",
  fraction: "",
  workers: "",
};

const numbers = ["epochs", "imgsz", "batch", "lr0", "freeze", "patience", "seed", "fraction", "workers"] as const;
const texts = ["optimizer"] as const;

/** The body of `POST /v1/jobs`: only what was filled in. */
export function requestOf(values: JobValues): Record<string, unknown> {
  const given = [
    ...numbers.filter((key) => values[key] !== "").map((key) => [key, Number(values[key])] as const),
    ...texts.filter((key) => values[key] !== "").map((key) => [key, values[key]] as const),
  ];
  return { kind: "train", model: values.model, data: values.data, options: Object.fromEntries(given) };
}
