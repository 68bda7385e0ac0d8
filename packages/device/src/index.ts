export { availableDevices } from "./choose-device.ts";
export { type DeviceName, deviceNames } from "./device-name.ts";
export { feed } from "./feed.ts";
export type { DeviceState } from "./probe.ts";
export { type DeviceReport, type SetDeviceOptions, setDevice } from "./set-device.ts";
