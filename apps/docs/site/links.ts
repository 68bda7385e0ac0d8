import { existsSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import type { MarkdownOptions } from "vitepress";
import { pageAddress } from "./page-address.ts";
import { addressOnGitHub, root } from "./repository.ts";

export type Markdown = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

/** What VitePress says about the file that is rendered: `realPath` where it is shown at another address. */
interface PageEnvironment {
  /** Undefined where VitePress parses a title alone. */
  path?: string;
  realPath?: string;
}

/**
 * Rewrites links between files of the repository, as GitHub shows them, to the site's pages; files that are no pages are linked
 * on GitHub.
 */
export function linkPages(markdown: Markdown): void {
  markdown.core.ruler.push("link-pages", ({ tokens, env }) => {
    const { realPath, path } = env as PageEnvironment;
    const source = realPath ?? path;
    if (source === undefined) return;
    const file = relative(root, source).replaceAll("\\", "/");
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href !== null) token.attrSet("href", resolveLink(href, file));
    }
  });
}

/**
 * Where a link of a file leads.
 *
 * @param file path of the file from the repository's root
 * @throws where the link names a file that does not exist
 */
export function resolveLink(href: string, file: string): string {
  if (/^([a-z]+:|#|\/)/i.test(href)) return href;
  const [, path = "", anchor = ""] = /^([^#]*)(#.*)?$/.exec(decodeURI(href)) ?? [];
  const target = posix.join(posix.dirname(file), path).replace(/\/$/, "");
  const page = pageOf(target);
  if (page !== undefined) return `/${page.replace(/(^|\/)index$/, "$1")}${anchor}`;
  const address = addressOnGitHub(target);
  if (address === undefined) throw new Error(`${file} links to ${href}, but there is no ${target}.`);
  return `${address}${anchor}`;
}

/** The page of a file, or of a folder's README.md. */
function pageOf(target: string): string | undefined {
  const readme = posix.join(target, "README.md");
  const file = target.endsWith(".md") || !existsSync(join(root, readme)) ? target : readme;
  return existsSync(join(root, file)) || dirname(file) === "apps/docs/api" ? pageAddress(file) : undefined;
}

/** Headings after `<a id="…"></a>`, as TypeDoc writes them, have that anchor, and no element beside. */
export function nameHeadings(markdown: Markdown): void {
  markdown.core.ruler.before("anchor", "name-headings", (state) => {
    state.tokens = state.tokens.filter((token, i) => {
      const [, id] = (token.type === "html_block" && /^<a id="([^"]+)"><\/a>\s*$/.exec(token.content)) || [];
      const next = state.tokens[i + 1];
      if (id === undefined || next?.type !== "heading_open") return true;
      next.attrSet("id", id);
      return false;
    });
  });
}

/** The anchor of a heading on GitHub, so that links to it work in both places. */
export function githubAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}
