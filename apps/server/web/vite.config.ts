import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  // Our packages come from their sources, so that the page needs no build of theirs.
  resolve: { conditions: ["@lookonce/source", "module", "browser", "production"] },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    // The page's policy allows no `data:` addresses but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is bundled asks that its license goes along.
    license: { fileName: "licenses.md" },
  },
  server: {
    // `npx vite apps/server/web` beside a running `lookonce serve` for work on the page.
    proxy: Object.fromEntries(
      ["/v1", "/openapi.json", "/healthz", "/readyz"].map((path) => [path, "http://127.0.0.1:8080"]),
    ),
  },
});

export default config;
