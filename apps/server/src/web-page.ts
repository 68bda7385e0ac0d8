import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** Where the page is built to: beside this file in a built package. */
const builtPage = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../dist/web/" : "./web/", import.meta.url));

const notBuilt =
  "The lookonce service is running. Its web page is not built (npm run build builds it); the API is described at /openapi.json.\n";

/** Serves the web page at `/`, without a key: it asks for one itself. Says so where it is not built. */
export async function webPage(app: FastifyInstance, folder: string = builtPage): Promise<void> {
  await app.register(async (page) => {
    page.addHook("onRoute", (route) => {
      route.config = { ...route.config, isPublic: true };
      route.schema = { ...route.schema, hide: true };
    });
    if (!existsSync(join(folder, "index.html"))) {
      page.get("/", async (_request, reply) => reply.type("text/plain; charset=utf-8").send(notBuilt));
      return;
    }
    await page.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      setHeaders(reply, path) {
        // Names of built files contain a hash of what is in them; the page itself keeps its name.
        const isHashed = /[/\\]assets[/\\]/.test(path);
        reply.setHeader("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  });
}
