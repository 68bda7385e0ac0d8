/** Pages that lie elsewhere in the repository than on the site, by pattern; the first that fits counts. */
const places: readonly [RegExp, string][] = [
  [/^apps\/docs\/pages\/(.+)\.md$/, "$1"],
  [/^apps\/docs\/api\/README\.md$/, "api/index"],
  [/^apps\/docs\/api\/(.+)\.md$/, "api/$1"],
  [/^docs\/decisions\/README\.md$/, "decisions/index"],
  [/^docs\/(?!decisions\/template)(.+)\.md$/, "$1"],
  [/^(?:packages|apps)\/([^/]+)\/README\.md$/, "packages/$1"],
  [/^examples\/README\.md$/, "examples/index"],
  [/^examples\/([^/]+)\/README\.md$/, "examples/$1"],
  [/^bench\/README\.md$/, "benchmarks"],
  [/^(CONTRIBUTING|SECURITY)\.md$/, "$1"],
];

/** Markdown that is no page, as patterns: instructions for contributors beside code, and what the site's own pages say. */
export const excludedMarkdown: string[] = [
  "README.md",
  "**/CHANGELOG.md",
  "apps/docs/README.md",
  "docs/decisions/template.md",
  "packages/testing/**",
  "packages/*/*/**",
];

/**
 * The address of a Markdown file on the site, without slash at the beginning and without extension.
 *
 * @param file path from the repository's root, with slashes
 * @returns undefined where the file is no page
 */
export function pageAddress(file: string): string | undefined {
  const place = places.find(([pattern]) => pattern.test(file));
  return place && file.replace(place[0], place[1]).replace(/^(CONTRIBUTING|SECURITY)$/, (name) => name.toLowerCase());
}
