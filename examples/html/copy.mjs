// Copies lookonce's files for browsers into public/lookonce: everything comes from the page's own origin.
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";

const from = fileURLToPath(new URL("browser", import.meta.resolve("@lookonce/yolo")));
cpSync(from, "public/lookonce", { recursive: true });
