import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Writable } from "node:stream";
import { onTestFinished, vi } from "vitest";

/** What a disk may say. */
export type DiskFault = "ENOSPC" | "EIO" | "EROFS";

const reasons: Readonly<Record<DiskFault, string>> = {
  ENOSPC: "no space left on device",
  EIO: "i/o error",
  EROFS: "read-only file system",
};

type Bytes = Parameters<typeof fs.writeSync>[1];

/**
 * Lets writing to some files fail, as a disk does, until the test ends or the function that it returns is called. A full or
 * broken disk stores the first half of what is written, one that is only for reading lets nothing be made, renamed or removed.
 * Works for whatever imports `node:fs` and `node:fs/promises` in this thread; not for native code and other programs.
 *
 * @param match a part of the paths
 */
export function failWrites(code: DiskFault, match: string | RegExp): () => void {
  const original = { ...fs, promises: { ...fs.promises } };
  const isReadOnly = code === "EROFS";
  const files = new Set<number>();
  let isOver = false;
  const fault = (syscall: string, path: unknown): NodeJS.ErrnoException =>
    Object.assign(new Error(`${code}: ${reasons[code]}, ${syscall} '${String(path)}'`), { code, syscall });
  const fails = (path: unknown): boolean =>
    new RegExp(match instanceof RegExp ? match : literal(match)).test(String(path));
  const writes = (flags: unknown): boolean => /[wa+]/.test(String(flags ?? "r")) || (Number(flags) & 3) > 0;
  const refuse = (syscall: string, ...paths: unknown[]): void => {
    const path = paths.find(fails);
    if (path !== undefined) throw fault(syscall, path);
  };
  const half = (content: unknown): Uint8Array => {
    const bytes = typeof content === "string" ? Buffer.from(content) : (content as Uint8Array);
    return bytes.subarray(0, bytes.length >> 1);
  };

  const spies = [
    vi.spyOn(fs, "openSync").mockImplementation((path, flags, mode) => {
      const isHit = fails(path) && writes(flags);
      if (isHit && isReadOnly) throw fault("open", path);
      const file = original.openSync(path, flags, mode);
      if (isHit) files.add(file);
      return file;
    }),
    vi.spyOn(fs, "closeSync").mockImplementation((file) => {
      files.delete(file);
      original.closeSync(file);
    }),
    vi.spyOn(fs, "writeSync").mockImplementation((file: number, content: Bytes | string, ...rest: unknown[]) => {
      const write = original.writeSync as (...all: unknown[]) => number;
      if (!files.has(file)) return write(file, content, ...rest);
      write(file, half(content));
      throw fault("write", `file ${file}`);
    }),
    ...(["writeFileSync", "appendFileSync"] as const).map((name) =>
      vi.spyOn(fs, name).mockImplementation((path: fs.PathOrFileDescriptor, content: unknown, options: unknown) => {
        const write = original[name] as (...all: unknown[]) => void;
        if (!fails(path)) return write(path, content, options);
        if (!isReadOnly) write(path, half(content), options);
        throw fault("write", path);
      }),
    ),
    ...(["writeFile", "appendFile"] as const).map((name) =>
      vi.spyOn(fs.promises, name).mockImplementation(async (path: unknown, content: unknown, options: unknown) => {
        const write = original.promises[name] as (...all: unknown[]) => Promise<void>;
        if (!fails(path)) return write(path, content, options);
        if (!isReadOnly) await write(path, half(content), options);
        throw fault("write", path);
      }),
    ),
    vi.spyOn(fs.promises, "open").mockImplementation(async (path, flags, mode) => {
      const isHit = fails(path) && writes(flags);
      if (isHit && isReadOnly) throw fault("open", path);
      const handle = await original.promises.open(path, flags, mode);
      if (!isHit) return handle;
      const write = handle.writeFile.bind(handle);
      const failing = async (content: Uint8Array): Promise<void> => {
        if (isOver) return write(content);
        await write(half(content));
        throw fault("write", path);
      };
      return Object.assign(handle, { write: failing, writeFile: failing, appendFile: failing });
    }),
    vi.spyOn(fs.promises, "copyFile").mockImplementation(async (from, to, mode) => {
      if (!fails(to)) return original.promises.copyFile(from, to, mode);
      if (!isReadOnly) original.writeFileSync(to, half(original.readFileSync(from)));
      throw fault("copyfile", to);
    }),
    vi.spyOn(fs, "createWriteStream").mockImplementation((path, options) => {
      if (!fails(path)) return original.createWriteStream(path, options);
      const stream = new Writable({ write: (_bytes, _encoding, done) => done(fault("write", path)) });
      return stream as fs.WriteStream;
    }),
    vi.spyOn(fs.promises, "link").mockImplementation(async (from, to) => {
      refuse("link", to);
      await original.promises.link(from, to);
    }),
    ...(isReadOnly ? readOnly(original, refuse) : []),
  ];
  syncBuiltinESMExports();
  const restore = (): void => {
    isOver = true;
    for (const spy of spies) spy.mockRestore();
    syncBuiltinESMExports();
  };
  onTestFinished(restore);
  return restore;
}

/** What else a disk for reading does not do. */
function readOnly(original: typeof fs, refuse: (syscall: string, ...paths: unknown[]) => void) {
  return [
    ...(["mkdirSync", "rmSync", "renameSync"] as const).map((name) =>
      vi.spyOn(fs, name).mockImplementation((...given: unknown[]) => {
        refuse(name.slice(0, -4), ...given);
        return (original[name] as (...all: unknown[]) => undefined)(...given);
      }),
    ),
    ...(["mkdir", "rm", "rename"] as const).map((name) =>
      vi.spyOn(fs.promises, name).mockImplementation(async (...given: unknown[]) => {
        refuse(name, ...given);
        return (original.promises[name] as (...all: unknown[]) => Promise<undefined>)(...given);
      }),
    ),
  ];
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
