import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** What a built page has: the anchors in it, and where its links lead. */
interface BuiltPage {
  anchors: ReadonlySet<string>;
  links: readonly string[];
}

/**
 * Checks that every link within the built site leads to a page and to an anchor that exist. VitePress checks pages of links in
 * Markdown; this also checks anchors, and links of the theme's lists and of the front page.
 *
 * @throws with all links that lead nowhere
 */
export async function checkAnchors(folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"));
  const pages = new Map(
    files.filter((file) => file.endsWith(".html")).map((file) => [file, readPage(join(folder, file))]),
  );
  const others = new Set(files);
  const dead: string[] = [];
  for (const [file, { links }] of pages) {
    for (const link of links) {
      const { pathname, hash } = new URL(link, `http://site/${file}`);
      const target = decodeURIComponent(pathname.slice(1)).replace(/(^|\/)$/, "$1index.html");
      const anchors = pages.get(target)?.anchors;
      const isThere = anchors === undefined ? others.has(posix.normalize(target)) : true;
      if (!isThere) dead.push(`${file}: ${link}`);
      else if (hash !== "" && anchors?.has(decodeURIComponent(hash.slice(1))) === false) dead.push(`${file}: ${link}`);
    }
  }
  if (dead.length > 0) throw new Error(`Links that lead nowhere:\n${[...new Set(dead)].join("\n")}`);
}

function readPage(path: string): BuiltPage {
  const html = readFileSync(path, "utf8");
  const anchors = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = ""]) => unescapeHtml(id)));
  const hrefs = [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].map(([, href = ""]) => unescapeHtml(href));
  return { anchors, links: hrefs.filter((href) => !/^[a-z]+:/i.test(href)) };
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
