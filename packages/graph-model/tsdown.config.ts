import { browserLibrary, library } from "../../tsdown.base.ts";

export default [library(), browserLibrary()];
