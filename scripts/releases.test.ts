import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

interface ReleasePlan {
  releases: { name: string; type: string; oldVersion: string; newVersion: string }[];
}

const root = fileURLToPath(new URL("..", import.meta.url));
// What `changeset version` itself asks
const changesets = createRequire(createRequire(import.meta.url).resolve("@changesets/cli/package.json"));
const getReleasePlan = (
  changesets("@changesets/get-release-plan") as { default: (cwd: string) => Promise<ReleasePlan> }
).default;

it("the next release has one version for all packages, and none becomes 1.0.0 by itself", async () => {
  const { releases } = await getReleasePlan(root);
  const ours = releases.filter(({ name, type }) => type !== "none" && /^(@lookonce\/|(create-)?lookonce$)/.test(name));
  expect(new Set(ours.map(({ newVersion }) => newVersion)).size).toBeLessThanOrEqual(1);
  for (const { name, oldVersion, newVersion } of ours) {
    expect(`${name}@${newVersion}`).toMatch(oldVersion.startsWith("0.") ? /@0\./ : /@\d/);
  }
});
