export { appendWholeSync } from "./append-whole.ts";
export { type CacheFolderSettings, cacheFolder } from "./cache-folder.ts";
export { type LockOptions, type LockOwner, withLock } from "./lock.ts";
export { machineKey } from "./machine-key.ts";
export {
  checkRegular,
  isMissing,
  openRegular,
  type ReadOptions,
  type ReadOptionsWith,
  type ReadStartOptions,
  readRegular,
  readRegularSync,
} from "./read-regular.ts";
export { besideOf, renameIntoPlace, renameIntoPlaceSync } from "./rename-into-place.ts";
export { writeNew } from "./write-new.ts";
export { type Content, type WriteOptions, writeWhole, writeWholeSync } from "./write-whole.ts";
export { writing } from "./writing.ts";
