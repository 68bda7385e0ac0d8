// What browser-files.slow.test.ts does in a worker of a page.
import {
  addFile,
  appendWholeSync,
  copyFile,
  existsSync,
  flushFiles,
  join,
  mkdirSync,
  mountFiles,
  readdirSync,
  readFile,
  readFileSync,
  readRegularSync,
  renameSync,
  rmSync,
  shareFiles,
  statSync,
  textOf,
  withLock,
  writeFileSync,
  writeWhole,
  writeWholeSync,
} from "./index.ts";

export { flushFiles as flush, mountFiles as mount };

/** Writes as a training does: whole files, lines, folders, and some that are renamed and removed again. */
export async function write(): Promise<void> {
  await writeWhole("/runs/train/args.yaml", "epochs: 3\n");
  writeWholeSync("/runs/train/weights/last.pt", new Uint8Array(3_000_000).fill(7));
  for (let epoch = 0; epoch < 3; epoch++) appendWholeSync("/runs/train/results.csv", `${epoch}\n`);
  mkdirSync("/runs/empty");
  writeFileSync("/runs/gone", "x");
  rmSync("/runs/gone");
  await flushFiles();
  appendWholeSync("/runs/train/results.csv", "3\n");
  renameSync("/runs/train/weights/last.pt", "/runs/train/weights/best.pt");
  await copyFile("/runs/train/weights/best.pt", "/runs/copy.pt");
  await flushFiles();
}

/** All that is there, with sizes. */
export function list(): string[] {
  return readdirSync("/", { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? `${path} ${statSync(path).size}` : path;
    })
    .sort();
}

export function text(path: string): string {
  return textOf(readRegularSync(path, { what: "text" }));
}

/** The sum of a file's bytes, read in both ways. */
export async function sum(path: string): Promise<number[]> {
  const all = [readFileSync(path), await readFile(path)];
  return all.map((bytes) => bytes.reduce((total, byte) => total + byte, 0));
}

/** Renames folders and files around in one go, so that each stands where another was on the disk. */
export async function rotate(): Promise<void> {
  for (const name of ["a", "b", "c"]) await writeWhole(`/turn/${name}/file`, `was ${name}`);
  await flushFiles();
  renameSync("/turn/a", "/turn/x");
  renameSync("/turn/b", "/turn/a");
  renameSync("/turn/c", "/turn/b");
  renameSync("/turn/x", "/turn/c");
  await flushFiles();
  renameSync("/turn/a/file", "/turn/file");
  renameSync("/turn/b/file", "/turn/a/file");
  renameSync("/turn/file", "/turn/b/file");
  writeFileSync("/turn/c/file", "new");
  await flushFiles();
}

/** Writes more than there is room for, in three ways. @returns messages, with what is there then */
export async function fill(bytes: number): Promise<string[]> {
  await writeWhole("/small.txt", "small");
  const content = new Uint8Array(bytes).fill(1);
  const message = (error: Error & { code?: string }): string => `${error.code} ${error.message}`;
  const replaced = await writeWhole("/small.txt", content).then(() => "written", message);
  const added = await writeWhole("/full/new.bin", content).then(() => "written", message);
  writeWholeSync("/small.txt", content);
  writeFileSync("/fits.txt", "fits");
  const behind = await flushFiles().then(() => "written", message);
  const again = await flushFiles().then(() => "written", message);
  return [replaced, added, behind, again, text("/small.txt"), text("/fits.txt"), String(existsSync("/full/new.bin"))];
}

export function readError(path: string): string {
  try {
    readRegularSync(path, { what: "text" });
    return "";
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  }
}

/** Adds a chosen file, which is not stored, and a copy of it, which is. */
export async function add(): Promise<string> {
  addFile("/chosen/model.txt", new File(["chosen"], "model.txt"));
  await copyFile("/chosen/model.txt", "/copied.txt");
  await flushFiles();
  return text("/chosen/model.txt");
}

/** What a worker sees that gets the files of this one: names, and a text. */
export async function share(): Promise<string[]> {
  const script = `onmessage = async ({ data: { shared, entry } }) => {
    const files = await import(entry);
    await files.mount(shared);
    postMessage([...files.list(), files.text("/chosen/model.txt"), files.text("/runs/train/args.yaml")]);
  };`;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  const shared = await shareFiles();
  const seen = await new Promise<string[]>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ shared, entry: new URL("/entry.js", location.origin).href });
  });
  worker.terminate();
  return seen;
}

/** Two that want one lock. */
export async function lock(): Promise<string[]> {
  const events: string[] = [];
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const first = withLock("/a.lock", async () => {
    events.push("first");
    await wait(200);
    events.push("ended");
  });
  const impatient = withLock("/a.lock", async () => events.push("never"), {
    onWait: () => {
      throw new Error("does not wait");
    },
  }).catch((error) => events.push(error.message));
  const second = withLock("/a.lock", async () => events.push("second"));
  await Promise.all([first, impatient, second]);
  return events;
}
