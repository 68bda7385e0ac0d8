import type { Plugin } from "vite";

/** The module that names the program of the threads which load images. */
const module = /\/packages\/data\/src\/loader\/worker-address\.ts$/;

/** Bundles the program of the threads that load images while a model is trained: Vite sees the programs of `new Worker` alone. */
export function loaderProgram(): Plugin {
  return {
    name: "loader-program",
    enforce: "pre",
    load: (id) =>
      module.test(id.split("?")[0] as string)
        ? `import address from "./loader-worker.ts?worker&url";
export const workerAddress = new URL(address, import.meta.url);`
        : undefined,
  };
}
