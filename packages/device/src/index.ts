export { availableDevices } from "./choose-device.ts";
export { type DeviceName, type DeviceState, deviceNames } from "./device-name.ts";
export { feed } from "./feed.ts";
export { type DeviceReport, type SetDeviceOptions, setDevice } from "./set-device.ts";
