import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Pages that are isolated from others have threads: your web server has to send these, too
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  plugins: [react()],
  server: { headers },
  preview: { headers },
  worker: { format: "es" },
  // It brings a worker and WebAssembly, which lie beside its own files
  optimizeDeps: { exclude: ["lookonce", "@lookonce/yolo"] },
});
