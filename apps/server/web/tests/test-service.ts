import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasShared, sharedPath, tinyModelYaml } from "@lookonce/testing";
import { drawShapes } from "@lookonce/yolo";
import { runQuickstart } from "@lookonce/yolo/demos";
import { build } from "vite";
import { type ServerSettings, type Service, startService } from "../../src/index.ts";

/** A service with the page, a real model and a small data set. */
export interface TestService extends Service {
  /** A file with weights. */
  model: string;
  /** Images that the model finds something in. */
  images: string[];
  /** A folder for files of the test. */
  folder: string;
  end(): Promise<void>;
}

/**
 * Builds the page and serves it. Its model is the published yolov8n where the shared folder has it, or else one that is
 * trained here for a minute.
 *
 * @param addModels writes more models to serve into a folder, and returns their files
 */
export async function startTestService(
  settings: ServerSettings = {},
  addModels: (folder: string) => readonly string[] = () => [],
): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-page-"));
  const [models, data, runs, web] = ["models", "data", "runs", "web"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const path of [models, data]) mkdirSync(path);
  await buildPage(web);
  writeFileSync(join(models, "tiny.yaml"), tinyModelYaml());
  await drawShapes({ output: join(data, "shapes"), train: 24, val: 8, size: 96, seed: 3 });
  const { model, images } = await realModel(folder);
  const file = join(models, basename(model));
  copyFileSync(model, file);
  const service = await startService(
    {
      ...{
        models: [file, ...addModels(models)],
        modelRoots: [models],
        dataRoots: [data],
        runsRoot: runs,
        web,
        port: 0,
        log: "none",
      },
      ...settings,
    },
    { mayMakeKey: false },
  );
  return {
    ...service,
    ...{ model: file, images, folder },
    async end() {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Builds the page as `npm run build` does, into a folder. */
async function buildPage(outDir: string): Promise<void> {
  const before = process.env.NODE_ENV;
  // The tests' own would make it a page for development.
  process.env.NODE_ENV = "production";
  try {
    const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
    await build({ configFile, logLevel: "warn", build: { outDir } });
  } finally {
    process.env.NODE_ENV = before;
  }
}

async function realModel(folder: string): Promise<{ model: string; images: string[] }> {
  const photograph = fileURLToPath(new URL("../../../../packages/export/images/coffee.jpg", import.meta.url));
  if (hasShared("weights/yolov8n.pt") && hasShared("data/bus.jpg")) {
    return { model: sharedPath("weights/yolov8n.pt"), images: [sharedPath("data/bus.jpg"), photograph] };
  }
  const { directory } = await runQuickstart({ directory: join(folder, "quickstart") });
  const images = ["00005.jpg", "00006.jpg"].map((name) => join(directory, "unseen", "images", "val", name));
  return { model: join(directory, "train", "weights", "best.safetensors"), images };
}
