import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "vite";
import { compressRuntime } from "./compress-runtime.ts";
import { appendWorkerLicenses } from "./worker-licenses.ts";

/** Files for graphics cards, which are large and of which a browser needs one at most: it stores that when it is used. */
const forGraphicsCards = /\.(asyncify|jspi)-[^/]*$/;

/** Writes the service worker with the list of all built files, so that the page works without a network after its first load. */
export function precache(): Plugin {
  let [root, outDir] = ["", ""];
  return {
    name: "precache",
    apply: "build",
    configResolved(config) {
      root = config.root;
      outDir = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith("/")) outDir = config.build.outDir;
    },
    async closeBundle() {
      await compressRuntime(join(outDir, "assets"));
      appendWorkerLicenses(join(outDir, "licenses.md"));
      const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.md$|^service-worker\.js$/.test(entry.name))
        .map(({ parentPath, name }) => join(parentPath, name))
        .sort();
      const hash = createHash("sha256");
      for (const file of files) hash.update(readFileSync(file));
      const paths = files.map((file) => file.slice(outDir.length + 1).replaceAll("\\", "/"));
      const { outputFiles } = await build({
        entryPoints: [join(root, "src/offline/service-worker.ts")],
        bundle: true,
        minify: true,
        write: false,
        target: "es2022",
        define: {
          builtFiles: JSON.stringify(paths.filter((path) => !forGraphicsCards.test(path))),
          laterFiles: JSON.stringify(paths.filter((path) => forGraphicsCards.test(path))),
          buildVersion: JSON.stringify(hash.digest("hex").slice(0, 16)),
        },
      });
      writeFileSync(join(outDir, "service-worker.js"), outputFiles[0]?.text ?? "");
    },
  };
}
