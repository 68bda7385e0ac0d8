import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Folders of the packages that programs of workers contain. */
const folders = new Set<string>();

/** Notes which packages a worker's program contains: Vite lists those of the page alone. */
export function collectWorkerPackages(): Plugin {
  return {
    name: "collect-worker-packages",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of chunk.moduleIds) {
          const [folder] = /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id) ?? [];
          if (folder !== undefined) folders.add(folder);
        }
      }
    },
  };
}

/** Adds their licenses to the list of the page's. */
export function appendWorkerLicenses(file: string): void {
  const listed = readFileSync(file, "utf8");
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const title = `## ${name} - ${version} (${license})`;
    if (listed.includes(title)) continue;
    const texts = readdirSync(folder).filter((entry) => /^(licen[cs]e|notice)([.-]|$)/i.test(entry));
    const text = texts.map((entry) => readFileSync(join(folder, entry), "utf8").trim()).join("\n\n");
    appendFileSync(file, `\n${title}\n\n${text}\n`);
  }
}
