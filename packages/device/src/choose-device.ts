import { probe } from "#platform";
import { type DeviceName, type DeviceState, deviceNames } from "./device-name.ts";

/** A GPU must be this many times as fast as the CPU; a renderer in software, which calls itself a GPU, is not. */
const worthwhile = 2;

/** The device that `auto` chooses, and why. */
export async function chooseDevice(
  tryDevice: (device: DeviceName) => Promise<DeviceState> = probe,
): Promise<{ device: DeviceName; reason: string }> {
  const states: DeviceState[] = [];
  for (const device of ["cuda", "webgpu"] as const) states.push(await tryDevice(device));
  const gpus = states.filter(({ usable }) => usable);
  if (gpus.length === 0) return { device: "cpu", reason: "no GPU that works was found" };
  const cpu = await tryDevice("cpu");
  const times = [...gpus, cpu].map(({ device, milliseconds }) => `${device} ${milliseconds?.toFixed(1)} ms`).join(", ");
  const best = gpus.reduce((a, b) => (time(b) < time(a) ? b : a));
  const wins = time(best) * worthwhile < time(cpu);
  const verdict = wins ? "fastest in a matmul" : "no GPU beats it clearly in a matmul";
  return { device: wins ? best.device : "cpu", reason: `${verdict}: ${times}` };
}

function time({ milliseconds = Number.POSITIVE_INFINITY }: DeviceState): number {
  return milliseconds;
}

/** Every device, whether it works here, and why not. Each is tried in a process of its own: a second or two. */
export async function availableDevices(): Promise<DeviceState[]> {
  return Promise.all(deviceNames.map((device) => probe(device)));
}
