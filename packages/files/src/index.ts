export { besideOf, putInPlace, putInPlaceSync } from "./put-in-place.ts";
export { type Content, type WriteOptions, writeWhole, writeWholeSync } from "./write-whole.ts";
export { writing } from "./writing.ts";
