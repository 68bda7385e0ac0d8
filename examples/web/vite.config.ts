import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Within this repository lookonce's packages are taken from their sources; elsewhere leave this line out.
  resolve: { conditions: ["@lookonce/source", "module", "browser", "production"] },
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
});

export default config;
