import { describe, expect, it } from "vitest";
import { completeLockfile, platformOf, withoutIntegrity } from "./complete-lockfile.mjs";

describe("platformOf", () => {
  it("reads npm's os, cpu and libc from package names", () => {
    expect(platformOf("@biomejs/cli-linux-x64-musl")).toEqual({ os: ["linux"], cpu: ["x64"], libc: ["musl"] });
    expect(platformOf("@turbo/windows-64")).toEqual({ os: ["win32"], cpu: ["x64"] });
    expect(platformOf("@oxc-parser/binding-win32-ia32-msvc")).toEqual({ os: ["win32"], cpu: ["ia32"] });
    expect(platformOf("@oxc-parser/binding-linux-arm-gnueabihf")).toEqual({
      os: ["linux"],
      cpu: ["arm"],
      libc: ["glibc"],
    });
    expect(platformOf("fsevents")).toBeUndefined();
  });
});

describe("completeLockfile", () => {
  it("adds pinned platform packages that are missing, and nothing else", () => {
    const lock = {
      packages: {
        "node_modules/tool": {
          version: "1.2.3",
          dev: true,
          license: "MIT",
          optionalDependencies: { "tool-darwin-arm64": "1.2.3", "tool-linux-x64": "1.2.3", "tool-win32-x64": "^1.0.0" },
        },
        "node_modules/tool-linux-x64": { version: "1.2.3", optional: true },
      } as Record<string, object>,
    };
    expect(completeLockfile(lock)).toEqual(["tool-darwin-arm64@1.2.3"]);
    expect(Object.keys(lock.packages)).toEqual([
      "node_modules/tool",
      "node_modules/tool-darwin-arm64",
      "node_modules/tool-linux-x64",
    ]);
    expect(lock.packages["node_modules/tool-darwin-arm64"]).toEqual({
      version: "1.2.3",
      cpu: ["arm64"],
      dev: true,
      license: "MIT",
      optional: true,
      os: ["darwin"],
    });
  });
});

describe("withoutIntegrity", () => {
  it("names packages whose bytes are not pinned, and neither links nor workspaces", () => {
    const packages = {
      "": { name: "root" },
      "packages/a": { version: "0.0.0" },
      "node_modules/a": { resolved: "packages/a", link: true },
      "node_modules/pinned": { version: "1.0.0", integrity: "sha512-abc" },
      "packages/a/node_modules/loose": { version: "1.0.0" },
    };
    expect(withoutIntegrity({ packages })).toEqual(["packages/a/node_modules/loose"]);
  });
});
