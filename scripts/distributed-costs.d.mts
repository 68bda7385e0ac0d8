interface Measured {
  parameters: number;
  gradientBytes: number;
  stepImages: number;
  stepSeconds: number;
  predicted: number;
  imageBytes: number;
  localReduce: number;
}

interface Assumed {
  machines: number;
  latency: number;
  networks: number[];
  images: number;
  epochs: number;
  price: number;
}

export const measured: Measured;
export const assumed: Assumed;

export function ringBytes(machines: number, bytes: number): number;
export function ringSeconds(exchange: { machines: number; bytes: number; network: number; latency: number }): number;
export function training(settings: { network: number; half?: boolean; images?: number; epochs?: number }): {
  bytes: number;
  reduce: number;
  step: number;
  efficiency: number;
  steps: number;
  hours: number;
  machineHours: number;
  cost: number;
};
export function withTables(page: string): string;
