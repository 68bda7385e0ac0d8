// The package graph, enforced: `npm run boundaries`. docs/architecture.md says why each arrow is there.
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

// What the sources of each package may import of the others. A new arrow is a design decision: it comes with a line in
// docs/architecture.md. Tests may also import what their package lists under devDependencies.
const packageGraph = {
  "packages/errors": [],
  "packages/random": [],
  "packages/config": ["errors"],
  "packages/create-lookonce": ["config", "errors"],
  "packages/client": [],
  "packages/files": ["errors"],
  "packages/documents": ["errors", "files"],
  "packages/worker-pool": ["errors", "files"],
  "packages/geometry": ["errors"],
  "packages/hub": ["errors", "files"],
  "packages/onnx": ["errors"],
  "packages/checkpoint": ["documents", "errors", "files"],
  "packages/tensorflow-messages": [],
  "packages/tensorboard": ["errors", "files", "tensorflow-messages"],
  "packages/backend-onnxruntime": ["errors", "files", "onnx"],
  "packages/device": ["backend-onnxruntime", "config", "errors"],
  "packages/nn": ["documents", "errors", "files", "random"],
  "packages/image": ["errors", "files", "geometry"],
  "packages/augment": ["config", "errors", "geometry", "image", "random"],
  "packages/data": ["augment", "config", "documents", "errors", "files", "geometry", "image", "random", "worker-pool"],
  "packages/loss": ["errors", "geometry", "nn"],
  "packages/metrics": ["geometry", "errors"],
  "packages/tracking": ["config", "errors", "geometry", "random"],
  "packages/distributed": ["checkpoint", "errors"],
  "packages/queue": ["config", "errors", "files"],
  "packages/telemetry": ["errors"],
  "packages/plots": ["errors", "files", "geometry", "image"],
  "packages/families": ["config", "data", "errors", "geometry", "image", "loss", "metrics", "nn", "plots"],
  "packages/graph-model": ["backend-onnxruntime", "checkpoint", "documents", "errors", "files", "onnx"],
  // inference traces a fused copy of a model of nn into the graph that it runs, and export writes that trace to a file.
  "packages/inference": [
    "augment",
    "backend-onnxruntime",
    "checkpoint",
    "config",
    "documents",
    "errors",
    "families",
    "files",
    "geometry",
    "graph-model",
    "image",
    "metrics",
    "nn",
    "onnx",
    "plots",
    "tracking",
    "worker-pool",
  ],
  "packages/export": [
    "checkpoint",
    "config",
    "errors",
    "families",
    "files",
    "geometry",
    "graph-model",
    "image",
    "inference",
    "nn",
    "onnx",
    "random",
    "tensorboard",
    "tensorflow-messages",
  ],
  "packages/trainer": [
    "augment",
    "backend-onnxruntime",
    "geometry",
    "checkpoint",
    "config",
    "data",
    "device",
    "distributed",
    "documents",
    "errors",
    "families",
    "files",
    "image",
    "inference",
    "loss",
    "metrics",
    "nn",
    "plots",
    "random",
    "tensorboard",
  ],
  "packages/yolo": [
    "checkpoint",
    "config",
    "data",
    "device",
    "distributed",
    "errors",
    "export",
    "families",
    "files",
    "geometry",
    "hub",
    "image",
    "inference",
    "metrics",
    "nn",
    "plots",
    "queue",
    "random",
    "tracking",
    "trainer",
    "worker-pool",
  ],
  "packages/testing": ["checkpoint", "device"],
  // What people install: the library's exports again, and the command, which it starts.
  "packages/lookonce": ["cli", "files", "yolo"],
  // The command starts the service: `lookonce serve`.
  "apps/cli": ["config", "create-lookonce", "distributed", "documents", "errors", "server", "telemetry", "yolo"],
  // The documentation site counts models while it is built.
  "apps/docs": ["config", "nn"],
  "apps/studio": ["data", "documents", "random", "server", "yolo"],
  "apps/server": ["config", "documents", "errors", "files", "queue", "studio", "telemetry", "worker-pool", "yolo"],
};

// What may be known of packages further left, by `import type` only.
const typeGraph = {
  "packages/metrics": ["data"],
};

/** What the service's page and the studio share: controls, charts, colors, the camera. Both are bundled from these sources. */
const pageParts = "^apps/server/web/src/(chart|controls|detect|shell|styles)/";

// LOOKONCE_BOUNDARIES_ROOT lets the check be tried on another tree of the same layout; see scripts/boundaries.test.ts.
const root = process.env.LOOKONCE_BOUNDARIES_ROOT ?? __dirname;
// `x.test.ts` and what tests share, `test-x.ts`; neither is published.
const testFile = "(\\.test|/test-[^/]+)\\.ts$";

/** Folder names of the workspace packages that this package's tests may import besides those of its sources. */
function testDependencies(folder) {
  const manifest = join(root, folder, "package.json");
  if (!existsSync(manifest)) return [];
  const { devDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"));
  return Object.keys(devDependencies).map((name) => name.replace("@lookonce/", ""));
}

/** A pattern for files of any workspace package but this one and the allowed ones. */
function othersThan(folder, allowed) {
  const own = folder.split("/")[1];
  return `^(packages|apps)/(?!(${[own, ...allowed].join("|")})/)`;
}

const graphRules = Object.entries(packageGraph).flatMap(([folder, allowed]) => {
  const types = [...allowed, ...(typeGraph[folder] ?? [])];
  return [
    {
      name: `graph-${folder.split("/")[1]}`,
      comment: `${folder} may import only: ${allowed.join(", ") || "no other package"}.`,
      severity: "error",
      from: { path: `^${folder}/`, pathNot: testFile },
      to: { path: othersThan(folder, allowed), dependencyTypesNot: ["type-only"] },
    },
    {
      name: `graph-${folder.split("/")[1]}-types`,
      comment: `${folder} may import types only of: ${types.join(", ") || "no other package"}.`,
      severity: "error",
      from: { path: `^${folder}/`, pathNot: testFile },
      to: { path: othersThan(folder, types), dependencyTypes: ["type-only"] },
    },
    {
      name: `graph-${folder.split("/")[1]}-tests`,
      comment: `Tests of ${folder} may import what its sources may, and its devDependencies.`,
      severity: "error",
      from: { path: `^${folder}/.*(${testFile})` },
      to: { path: othersThan(folder, [...types, ...testDependencies(folder)]) },
    },
  ];
});

module.exports = {
  forbidden: [
    ...graphRules,
    {
      name: "unlisted-package",
      comment: "A new package needs its row in packageGraph of .dependency-cruiser.cjs.",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: Object.keys(packageGraph).map((folder) => `^${folder}/`) },
      to: {},
    },
    {
      name: "no-deep-import",
      comment:
        "Another package is entered through its src/index.ts only, the demos of `yolo` through src/demos.ts, the command through src/main.ts, the class for pages through src/browser/index.ts, an engine, predictions and tracks without TensorFlow.js through src/engine/index.ts, src/prediction.ts and src/tracking.ts, texts of data sets through src/formats.ts.",
      severity: "error",
      from: { path: "^((?:packages|apps)/[^/]+)/" },
      to: {
        path: "^(packages|apps)/[^/]+/",
        pathNot: [
          "^$1/",
          "^(packages|apps)/[^/]+/(src|dist)/(index|demos|formats|main|browser/index|engine/index|engine/node/runtime-file|prediction|tracking)\\.(ts|js)$",
          pageParts,
        ],
      },
    },
    {
      name: "by-name",
      comment: "Another package is imported by its name, never by a relative path.",
      severity: "error",
      from: { path: "^((?:packages|apps)/[^/]+)/" },
      to: { path: "^(packages|apps)/[^/]+/", pathNot: ["^$1/", pageParts], dependencyTypes: ["local"] },
    },
    {
      name: "no-cycle",
      comment: "Files that import each other in a ring cannot be understood or loaded one at a time.",
      severity: "error",
      from: { path: "^(packages|apps)/" },
      to: { circular: true },
    },
    {
      name: "unresolvable",
      comment: "The import leads nowhere, or into a part of a package that it does not export.",
      severity: "error",
      from: { path: "^(packages|apps)/" },
      to: { couldNotResolve: true, pathNot: "^@tensorflow/tfjs-node(-gpu)?$" },
    },
    {
      name: "tests-stay-out",
      comment: "Nothing that is published imports a test.",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: testFile },
      to: { path: `^(packages|apps)/.*(${testFile})` },
    },
    {
      name: "runtime-in-its-place",
      comment: "ONNX Runtime is spoken to by the packages that own an engine; the others only see tensors.",
      severity: "error",
      from: {
        path: "^(packages|apps)/",
        pathNot: ["^packages/(backend-onnxruntime|device|export|inference)/", testFile],
      },
      to: { path: "node_modules/onnxruntime-" },
    },
    {
      name: "one-tensor-library",
      comment:
        "Numerical code is written against tfjs-core; other tfjs packages are for tests and for the device package.",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: ["^packages/(device|testing)/", testFile] },
      to: { path: "node_modules/@tensorflow/(?!tfjs-core/)" },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "/dist/"] },
    exclude: { path: ["/dist/", "^packages/[^/]+/tsdown\\.config", "^apps/[^/]+/tsdown\\.config"] },
    // Not "specify": it transpiles each file under the name module.ts, and TypeScript 6 breaks on "./module.ts" imports.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ["@lookonce/source", "types", "node", "import", "module", "require", "default"],
      exportsFields: ["exports"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
      mainFields: ["types", "module", "main"],
    },
  },
};

// For the test that compares the graph with the packages' manifests; not enumerable, so that depcruise does not see it.
Object.defineProperty(module.exports, "packageGraph", { value: packageGraph });
