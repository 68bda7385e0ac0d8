import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Node 20 has no such cache, and the command's program is there only once it is built
it.runIf("enableCompileCache" in module && existsSync(here("../dist/main.js")))(
  "keeps compiled code in the cache folder, unless Node was given another",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "compile-cache-"));
    const run = (env: Record<string, string>): string =>
      execFileSync(process.execPath, [here("../bin/lookonce.js"), "--version"], {
        env: { ...process.env, LOOKONCE_CACHE: folder, ...env },
        encoding: "utf8",
      });
    expect(run({ NODE_COMPILE_CACHE: join(folder, "elsewhere") })).toMatch(/^lookonce /);
    expect(readdirSync(folder)).toEqual(["elsewhere"]);
    run({ NODE_COMPILE_CACHE: "" });
    expect(readdirSync(join(folder, "code")).length).toBe(1);
    rmSync(folder, { recursive: true });
  },
);
