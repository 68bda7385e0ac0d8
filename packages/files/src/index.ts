export * from "#file-system";
export { crc32, createHash, createHmac, type Hash } from "#hash";
export { type CacheFolderSettings, cacheFolder, tmpdir } from "#host";
export { type LockOptions, type LockOwner, withLock } from "#lock";
export * from "#path";
export { appendWholeSync } from "./append-whole.ts";
export { concatBytes } from "./concat-bytes.ts";
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
  textOf,
} from "./read-regular.ts";
export { besideOf, renameIntoPlace, renameIntoPlaceSync } from "./rename-into-place.ts";
export { writeNew } from "./write-new.ts";
export { type Content, type WriteOptions, writeWhole, writeWholeSync } from "./write-whole.ts";
export { writing } from "./writing.ts";
