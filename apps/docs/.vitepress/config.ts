import { join } from "node:path";
import type { DefaultTheme, UserConfig } from "vitepress";
import { checkAnchors } from "../site/check-anchors.ts";
import { frameIndentedCode } from "../site/indented-code.ts";
import { githubAnchor, linkPages, nameHeadings } from "../site/links.ts";
import { renderMath } from "../site/math.ts";
import { excludedMarkdown, pageAddress } from "../site/page-address.ts";
import { repository, root } from "../site/repository.ts";
import { guides, project, reference } from "../site/sections.ts";
import { apiSection, checkSections, exampleSection, packageSection } from "../site/sections-from-files.ts";

const sidebar = {
  "/": [...guides, ...reference, ...project],
  "/api/": [...reference, apiSection()],
  "/packages/": [...reference, packageSection()],
  "/examples/": [...reference, exampleSection()],
};

const config: UserConfig<DefaultTheme.Config> = {
  title: "lookonce",
  description: "YOLO in TypeScript: detect, segment, track and train with Node.js and npm alone",
  lang: "en-US",
  srcDir: root,
  srcExclude: excludedMarkdown,
  outDir: "./dist",
  cacheDir: "./node_modules/.cache/vitepress",
  rewrites: (file) => {
    const address = pageAddress(file);
    if (address === undefined) throw new Error(`${file} has no address on the site: add it to site/page-address.ts.`);
    return `${address}.md`;
  },
  head: [["link", { rel: "icon", href: "/icon.svg", type: "image/svg+xml" }]],
  markdown: {
    config(markdown) {
      linkPages(markdown);
      nameHeadings(markdown);
      renderMath(markdown);
      frameIndentedCode(markdown);
    },
    anchor: { slugify: githubAnchor },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    // Braces are text here, as on GitHub
    attrs: { disable: true },
  },
  vite: { publicDir: join(root, "apps/docs/public") },
  themeConfig: {
    nav: [
      { text: "Guide", link: "/what-yolo-is" },
      { text: "Commands", link: "/cli" },
      { text: "API", link: "/api/" },
    ],
    sidebar,
    outline: { level: [2, 3] },
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: repository }],
    editLink: { pattern: `${repository}/edit/main/:path`, text: "Edit this page" },
    footer: { message: "Apache-2.0" },
  },
  async buildEnd({ outDir, pages }) {
    checkSections(Object.values(sidebar).flat(), pages);
    await checkAnchors(outDir);
  },
};

export default config;
