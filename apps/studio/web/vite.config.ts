import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type UserConfig } from "vite";
import { loaderProgram } from "./loader-program.ts";
import { precache } from "./precache.ts";
import { collectWorkerPackages } from "./worker-licenses.ts";

const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // It may lie in any folder of any site.
  base: "./",
  plugins: [react(), loaderProgram(), precache()],
  // Our packages come from their sources, so that the page needs no build of theirs; ONNX Runtime's wasm files are files.
  resolve: { conditions: ["@lookonce/source", "onnxruntime-web-use-extern-wasm", "module", "browser", "production"] },
  publicDir: fileURLToPath(new URL("../../server/web/public", import.meta.url)),
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is bundled asks that its license goes along.
    license: { fileName: "licenses.md" },
  },
  worker: { format: "es", plugins: () => [loaderProgram(), collectWorkerPackages()] },
});

export default config;
