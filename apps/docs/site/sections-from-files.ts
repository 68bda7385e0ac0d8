import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pageAddress } from "./page-address.ts";
import { root } from "./repository.ts";
import type { Section } from "./sections.ts";

/** The READMEs of all packages. */
export function packageSection(): Section {
  const items = ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group))
      .filter((name) => !["testing", "docs"].includes(name) && existsSync(join(root, group, name, "README.md")))
      .map((name) => ({ text: packageName(`${group}/${name}`), link: `/packages/${name}` })),
  );
  return { text: "Packages", items: items.sort((a, b) => a.text.localeCompare(b.text)) };
}

/** Programs that use lookonce, of which those with a page are listed. */
export function exampleSection(): Section {
  const names = readdirSync(join(root, "examples")).filter((name) =>
    existsSync(join(root, "examples", name, "README.md")),
  );
  return { text: "Programs", items: names.map((name) => ({ text: name, link: `/examples/${name}` })) };
}

/** The pages that TypeDoc wrote. */
export function apiSection(): Section {
  const folder = join(root, "apps/docs/api");
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const items = files
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .map((file) => file.replaceAll("\\", "/").slice(0, -".md".length))
    .map((name) => ({ text: name, link: `/api/${name}` }));
  return { text: "API by package", items: items.sort((a, b) => a.text.localeCompare(b.text)) };
}

/**
 * Checks that every page can be found from the list beside the pages.
 *
 * @param pages files of the pages, from the repository's root
 * @throws with the pages that are in no section
 */
export function checkSections(sections: readonly Section[], pages: readonly string[]): void {
  const listed = new Set(sections.flatMap(({ items }) => items.map(({ link }) => link.replace(/\/$/, "/index"))));
  const isReached = (address: string): boolean =>
    address === "index" || listed.has(`/${address}`) || address.startsWith("decisions/");
  const lost = pages.filter((file) => !isReached(pageAddress(file) ?? ""));
  if (lost.length > 0) throw new Error(`In no section of apps/docs/site/sections.ts: ${lost.join(", ")}`);
}

function packageName(folder: string): string {
  return (JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as { name: string }).name;
}
