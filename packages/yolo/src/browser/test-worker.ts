// The worker's program, whose graphics card can be destroyed by a message, as when a driver restarts.
import { expose } from "comlink";
import { Host } from "./host.ts";

const devices: GPUDevice[] = [];
const adapter = globalThis.GPUAdapter?.prototype;
const requestDevice = adapter?.requestDevice;
if (requestDevice !== undefined) {
  adapter.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    devices.push(device);
    return device;
  };
}
const channel = new BroadcastChannel("graphics card");
channel.onmessage = async () => {
  for (const device of devices) device.destroy();
  await Promise.all(devices.map(({ lost }) => lost));
  channel.postMessage("lost");
};
expose(new Host());
