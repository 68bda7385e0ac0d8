import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { studioPath } from "./security/guard.ts";

/** Where the service's own page is built to: beside this file in a built package. */
const builtPage = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../dist/web/" : "./web/", import.meta.url));

const notBuilt =
  "The lookonce service is running. Its web page is not built (npm run build builds it); the API is described at /openapi.json.\n";

/** Where the studio is built to: a package of its own. */
function builtStudio(): string {
  return join(dirname(createRequire(import.meta.url).resolve("@lookonce/studio/package.json")), "dist");
}

/** Where the library has ONNX Runtime's files for browsers. */
function browserRuntime(): string {
  return join(dirname(createRequire(import.meta.url).resolve("@lookonce/yolo/package.json")), "dist/browser");
}

const studioNotBuilt = "The studio is not built (npm run build builds it).\n";

/**
 * Serves the web page at `/`, without a key: it asks for one itself; and at `/studio/` the page that labels and trains in the
 * browser, and asks the service for nothing but its files. Says so where one is not built.
 */
export async function webPage(
  app: FastifyInstance,
  { web = builtPage, studio = builtStudio(), runtime = browserRuntime() }: PageFolders,
): Promise<void> {
  await servePage(app, { folder: web, prefix: "/", notBuilt });
  await servePage(app, { folder: studio, prefix: studioPath, notBuilt: studioNotBuilt, runtime });
  app.get("/studio", { config: { isPublic: true }, schema: { hide: true } }, async (_request, reply) =>
    reply.redirect(studioPath),
  );
}

interface PageFolders {
  web?: string | undefined;
  studio?: string | undefined;
  /** Of ONNX Runtime's files, such as `ort-wasm-simd-threaded.wasm.gz`. */
  runtime?: string | undefined;
}

interface PageOptions {
  folder: string;
  prefix: string;
  /** What stands in the place of a page that is not built. */
  notBuilt: string;
  /** Folder of files that the page's own leaves out, since they are 14 MB that the library has, too. */
  runtime?: string;
}

/** As a bundler names the library's WebAssembly: with a hash. */
const hashedRuntime = /^(ort-wasm[\w.-]*?)-[\w-]{8}(\.wasm\.gz)$/;

async function servePage(app: FastifyInstance, { folder, prefix, notBuilt, runtime }: PageOptions): Promise<void> {
  await app.register(async (page) => {
    page.addHook("onRoute", (route) => {
      route.config = { ...route.config, isPublic: true };
      route.schema = { ...route.schema, hide: true };
    });
    if (!existsSync(join(folder, "index.html"))) {
      page.get(prefix, async (_request, reply) => reply.type("text/plain; charset=utf-8").send(notBuilt));
      return;
    }
    await page.register(fastifyStatic, {
      root: folder,
      prefix,
      wildcard: false,
      setHeaders(reply, path) {
        // Names of built files contain a hash of what is in them; the page itself keeps its name.
        const isHashed = /[/\\]assets[/\\]/.test(path);
        reply.setHeader("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
    if (runtime === undefined) return;
    // Files that are there have routes of their own
    page.get<{ Params: { file: string } }>(`${prefix}assets/:file`, async ({ params }, reply) => {
      const [, name, ending] = hashedRuntime.exec(params.file) ?? [];
      return name === undefined ? reply.callNotFound() : reply.sendFile(`${name}${ending}`, runtime);
    });
  });
}
