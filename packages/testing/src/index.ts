export type { Browser, BrowserContextOptions, Download, Page } from "playwright-core";
export { describeInBrowser, hasGpuAdapter, launchChromium, softwareGpu } from "./browser.ts";
export {
  bundleFiles,
  bundleForBrowsers,
  type ModulePage,
  type OpenModuleOptions,
  openModule,
  runtimeFiles,
} from "./browser-module.ts";
export { expectClose, relativeError, type Tolerance } from "./closeness.ts";
export { askedTestDevice, enterTestDevice, recordsGraphs, type UsualDevice, usualDevices } from "./enter-device.ts";
export { type DiskFault, failWrites } from "./fail-writes.ts";
export {
  describeGolden,
  describeShared,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
  hasShared,
  sharedPath,
} from "./golden.ts";
export { type GoldenObjects, type GoldenTargets, goldenTargets, objectsOfRows } from "./golden-targets.ts";
export { freePort, hasRedis, TestRedis, until } from "./redis.ts";
export { slimModelFile, slimZooFile, type TinyModelOptions, tinyModelYaml, tinyNeckYaml } from "./tiny-model.ts";
