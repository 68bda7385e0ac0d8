import { defineConfig, type UserConfig } from "tsdown";

/**
 * CommonJS packages that are large, or load large ones. Before Node imports such a file it goes through its whole text for the
 * names of exports, which for tfjs-core takes several times as long as running it. `require` does not.
 */
const commonJs: ReadonlySet<string> = new Set([
  "@napi-rs/image",
  "@tensorflow/tfjs-core",
  "onnxruntime-node",
  "opentype.js",
  "sharp",
]);

/** An import of everything, of the default or of names, as Rolldown writes it; the second form binds names. */
const importLine = /^import (?:(?:\* as )?([\w$]+)|\{ ([^}]+) \}) from "([^"]+)";$/gm;

/**
 * Loads CommonJS packages with `require`. It is the same module that others import, from the same cache; `import * as` and a
 * default import both return what the package exports.
 */
const requireCommonJs: NonNullable<UserConfig["plugins"]> = {
  name: "require-common-js",
  renderChunk(code: string, { fileName }: { fileName: string }): { code: string; map: null } | undefined {
    if (!fileName.endsWith(".js")) return undefined;
    // In the line of the first import, so that source maps go on to fit
    let prelude =
      'import { createRequire as requireFrom } from "node:module"; const requireHere = requireFrom(import.meta.url); ';
    const required = code.replace(importLine, (line, whole?: string, names?: string, source?: string) => {
      if (!commonJs.has(source as string)) return line;
      const pattern = whole ?? `{ ${(names as string).replaceAll(/(\S+) as (\S+)/g, "$1: $2")} }`;
      const result = `${prelude}const ${pattern} = requireHere("${source}");`;
      prelude = "";
      return result;
    });
    return prelude === "" ? { code: required, map: null } : undefined;
  },
};

/** How every package is built: ESM for Node 20.19, types from isolated declarations, dependencies left alone. */
export function library(overrides: UserConfig = {}): UserConfig {
  return defineConfig({
    entry: ["src/index.ts"],
    format: "esm",
    platform: "node",
    target: "node20.19",
    dts: { oxc: true, sourcemap: false },
    sourcemap: true,
    clean: true,
    fixedExtension: false,
    logLevel: "warn",
    plugins: [requireCommonJs],
    ...overrides,
  });
}

/** What is beside a file of the sources has another ending there: bundlers would search for both. */
const isBuilt: NonNullable<UserConfig["plugins"]> = {
  name: "is-built",
  transform: (code: string): { code: string; map: null } | undefined =>
    code.includes('import.meta.url.endsWith(".ts")')
      ? { code: code.replaceAll('import.meta.url.endsWith(".ts")', "false"), map: null }
      : undefined,
};

/**
 * A package's build for browsers, in `dist/browser`, where the conditions of its `imports` choose other files than for Node.
 * Types are those of the other build.
 */
export function browserLibrary(overrides: UserConfig = {}): UserConfig {
  return library({
    platform: "browser",
    target: "es2023",
    outDir: "dist/browser",
    dts: false,
    // It lies in the folder of the other build, which is emptied.
    clean: false,
    ...overrides,
    plugins: [isBuilt, overrides.plugins],
  });
}

/**
 * Programs and libraries for browsers that import nothing which is not beside them: bundled with all their dependencies, those
 * of this repository from their sources, since packages are built side by side.
 */
export function browserBundle(overrides: UserConfig): UserConfig {
  return browserLibrary({
    deps: { alwaysBundle: [/./] },
    inputOptions: {
      // What a worker's program shares with files that it loads later is apart from it: Vite's development server loads a program
      // under another address, and would run it twice
      preserveEntrySignatures: "strict",
      resolve: {
        conditionNames: ["@lookonce/source", "onnxruntime-web-use-extern-wasm", "browser", "import", "default"],
      },
    },
    ...overrides,
  });
}
