import { execFile, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../commands/index.ts";
import { temporaryFolder } from "../test-run.ts";
import { candidates } from "./candidates.ts";
import { complete, completeWord } from "./complete.ts";
import { completionScript } from "./scripts.ts";
import { splitLine } from "./split-line.ts";

const folder = temporaryFolder();
const before = process.cwd();

beforeAll(() => {
  for (const name of ["runs", "photos"]) mkdirSync(join(folder, "work", name), { recursive: true });
  for (const name of ["pets.yaml", "pets.pt", "notes.txt", "photos/cat.jpg", ".hidden.pt"]) {
    writeFileSync(join(folder, "work", name), "");
  }
  process.chdir(join(folder, "work"));
});
afterAll(() => process.chdir(before));

const context = { commands, modelNames: () => Promise.resolve(["yolov8n.pt", "yolov8s.pt", "yolov5n.pt"]) };
const after = async (line: string): Promise<string[]> =>
  (await candidates(splitLine(line).slice(1), context)).map(({ value }) => value);

describe("candidates", () => {
  it("are commands, and the words after the first", async () => {
    expect(await after("lookonce ")).toEqual(expect.arrayContaining(["predict", "train", "data", "help", "version"]));
    expect(await after("lookonce tr")).toEqual(["track", "train"]);
    expect(await after("lookonce data ch")).toEqual(["check"]);
    expect(await after("lookonce help ev")).toEqual(["evolve"]);
    expect(await after("lookonce nothing ")).toEqual([]);
  });

  it("are keys that are not set yet and start with what is written", async () => {
    expect(await after("lookonce train ep")).toEqual(["epochs="]);
    expect(await after("lookonce train epochs=3 ep")).toEqual([]);
    expect(await after("lookonce detect train --epochs 3 --ep")).toEqual([]);
    expect(await after("lookonce train --cos")).toEqual(["--cos-lr"]);
    expect(await after("lookonce train --no-cos")).toEqual(["--no-cos-lr"]);
    expect(await after("lookonce data check sp")).toEqual(["splits="]);
  });

  it("are values: words, yes and no, models, files and folders", async () => {
    expect(await after("lookonce train optimizer=ad")).toEqual(["optimizer=Adam", "optimizer=AdamW"]);
    expect(await after("lookonce train --optimizer rad")).toEqual(["RAdam"]);
    expect(await after("lookonce predict rect=")).toEqual(["rect=true", "rect=false"]);
    expect(await after("lookonce train model=yolov8")).toEqual(["model=yolov8n.pt", "model=yolov8s.pt"]);
    expect(await after("lookonce train model=p")).toEqual(["model=pets.pt", "model=pets.yaml", "model=photos/"]);
    expect(await after("lookonce train data=")).toEqual(["data=pets.yaml", "data=photos/", "data=runs/"]);
    expect(await after("lookonce train --data pe")).toEqual(["pets.yaml"]);
    expect(await after("lookonce train project=r")).toEqual(["project=runs/"]);
    expect(await after("lookonce train epochs=")).toEqual([]);
    expect(await after("lookonce completion ")).toEqual(["bash", "zsh", "fish"]);
  });

  it("know every key of every command", async () => {
    for (const { name, options } of commands) {
      const words = [...name.split(" "), "--"];
      const found = (await candidates(words, context)).map(({ value }) => value);
      for (const key of Object.keys(options)) {
        expect(
          found.some((value) => value.replace(/=$/, "") === `--${key.replaceAll("_", "-")}`),
          key,
        ).toBe(true);
      }
    }
  });
});

describe("splitLine", () => {
  it("splits as shells do", () => {
    expect(splitLine("lookonce  predict ")).toEqual(["lookonce", "predict", ""]);
    expect(splitLine(`lookonce 'source=a b' c\\ d "e'f`)).toEqual(["lookonce", "source=a b", "c d", "e'f"]);
  });
});

function has(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

/** What shells asked or ran `lookonce` with. */
const asked: string[][] = [];
const log = join(folder, "asked.log");
let server: Server;

/** A folder with a `lookonce` that asks this process, where the command's own code answers. */
function programFolder(): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const { port } = server.address() as AddressInfo;
  const script = `fetch("http://127.0.0.1:${port}", { method: "POST", body: JSON.stringify(process.argv.slice(1)) })
    .then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
  writeFileSync(join(bin, "lookonce"), `#!/bin/sh\nexec "${process.execPath}" -e '${script}' -- "$@"\n`);
  chmodSync(join(bin, "lookonce"), 0o755);
  return bin;
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const argv = JSON.parse((await request.toArray()).join("")) as string[];
    asked.push(argv);
    appendFileSync(log, `${JSON.stringify(argv)}\n`);
    if (argv[0] === completeWord) await complete(argv.slice(1), response);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function shell(program: string, script: string): Promise<string[]> {
  const env = { ...process.env, PATH: `${programFolder()}:${process.env.PATH}`, HOME: folder, TERM: "dumb" };
  const args =
    program === "bash" ? ["--norc", "-c", script] : program === "zsh" ? ["-f", "-c", script] : ["-c", script];
  const { stdout } = await promisify(execFile)(program, args, { env, cwd: join(folder, "work") });
  return stdout.split("\n").filter(Boolean);
}

describe.skipIf(process.platform === "win32" || !has("bash"))("bash", () => {
  const press = (line: string): Promise<string[]> =>
    shell(
      "bash",
      `${completionScript("bash")}
COMP_LINE=${JSON.stringify(line)} COMP_POINT=${line.length}
_lookonce; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );

  it("completes commands, keys, values and files", async () => {
    expect(await press("lookonce ex")).toEqual(["export"]);
    expect(await press("lookonce train save_")).toEqual(["save_period="]);
    // What is behind = is all that bash replaces
    expect(await press("lookonce train optimizer=Ad")).toEqual(["Adam", "AdamW"]);
    expect(await press("lookonce train model=yolo11n-s")).toEqual(["yolo11n-seg.pt"]);
    expect(await press("lookonce predict source=photos/")).toEqual(["photos/cat.jpg"]);
    expect(await press("lookonce train --data pe")).toEqual(["pets.yaml"]);
  });

  it("registers itself", async () => {
    const lines = await shell("bash", `${completionScript("bash")}\ncomplete -p lookonce`);
    expect(lines).toEqual(["complete -F _lookonce lookonce"]);
  });
});

describe.skipIf(process.platform === "win32" || !has("zsh"))("zsh", () => {
  it("completes commands, keys, values and files", async () => {
    const setup = join(folder, "setup.zsh");
    writeFileSync(setup, `autoload -Uz compinit\ncompinit -u -d ${folder}/dump\n${completionScript("zsh")}`);
    asked.length = 0;
    writeFileSync(log, "");
    // A terminal of zsh's own, in which keys are pressed: what is run in the end is what the tab made of it
    await shell(
      "zsh",
      `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "source ${setup}"
sleep 1
lines=0
wait_for_line() { (( ++lines )); repeat 100; do (( $(wc -l < ${log}) >= lines )) && break; sleep 0.1; done; sleep 0.4 }
for line in $'lookonce expo\\t' $'lookonce train optimizer=SG\\t' $'lookonce train data=pet\\t'; do
  zpty -n -w z "$line"; wait_for_line
  zpty -n -w z $'\\r'; wait_for_line
done
zpty -d z`,
    );
    const ran = asked.filter(([first]) => first !== completeWord);
    expect(ran).toEqual([["export"], ["train", "optimizer=SGD"], ["train", "data=pets.yaml"]]);
  });
});

describe.skipIf(process.platform === "win32" || !has("fish"))("fish", () => {
  const press = async (line: string): Promise<(string | undefined)[]> => {
    const lines = await shell("fish", `${completionScript("fish")}\ncomplete -C ${JSON.stringify(line)}`);
    return lines.map((each) => each.split("\t")[0]);
  };

  it("completes commands, keys, values and files", async () => {
    expect(await press("lookonce ex")).toEqual(["export"]);
    expect(await press("lookonce train optimizer=Ad")).toEqual(["optimizer=Adam", "optimizer=AdamW"]);
    expect(await press("lookonce train data=pet")).toEqual(["data=pets.yaml"]);
  });
});
