import { writeFileSync } from "node:fs";
import { besideOf } from "../src/rename-into-place.ts";

// A program that ends before what it writes is whole.
const [, , file, end] = process.argv;
writeFileSync(besideOf(file as string), "half");
if (end !== "") process.exit(3);
