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
new BroadcastChannel("graphics card").onmessage = () => {
  for (const device of devices) device.destroy();
};
expose(new Host());
