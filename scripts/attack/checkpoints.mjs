import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectRefused } from "./judge.mjs";
import { pickleTools } from "./pickles.mjs";
import { readHeader } from "./target.mjs";

/** Small files whose content grows: lists of copies of a list, modules that share their tensors, pairs in pairs. */
async function bombs() {
  const tools = await pickleTools();
  const { archive, call, dict, floats, global, layer, list, model, module } = tools;
  const { get, one, op, pickle, remember, row, twice } = tools;
  const names = (count, value) => dict(Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value])));
  const kept = (value, index) => [...value, ...remember(index), ...op("0")];
  const contents = {
    "copies of a list": [...kept(list(20_000, one), 1), ...list(25_000, call(global("builtins", "list"), get(1)))],
    "modules that share tensors": [
      ...kept(row, 5),
      ...kept(module(layer, { parameters: names(3000, get(5)) }), 6),
      ...module(layer, { modules: names(3000, get(6)) }),
    ],
    "settings that double": model({ yaml: twice(60, one) }),
  };
  return Object.entries(contents).map(([name, parts]) => [name, archive(pickle(parts), { 0: floats(1, 2) })]);
}

async function bombFiles(target) {
  const folder = target.folder("bombs");
  for (const [name, bytes] of await bombs()) {
    const file = join(folder, `${name.replaceAll(" ", "-")}.pt`);
    writeFileSync(file, bytes);
    expectRefused(await target.run(["info", `model=${file}`]), { names: [file] });
  }
}

async function longPath(target) {
  expectRefused(await target.run(["info", `model=${"x".repeat(5000)}`]), { names: ["xxx"] });
}

async function damagedTensor(target) {
  const { run, last } = await target.interrupted();
  const { bytes, start, header } = readHeader(last);
  const name = "model.3.conv.weight";
  const [from, to] = header[name].data_offsets;
  bytes.fill(0, start + from, start + (from + to) / 2);
  writeFileSync(last, bytes);
  expectRefused(await target.predict(last), { names: [last, name] });
  expectRefused(await target.resume({ run, last }), { names: [last, name] });
}

async function flippedBytes(target) {
  const { run, last } = await target.interrupted();
  const { bytes, start } = readHeader(last);
  const step = Math.floor((bytes.length - start) / 500);
  for (let i = 0; i < 500; i++) bytes[start + i * step] ^= 0x11;
  writeFileSync(last, bytes);
  expectRefused(await target.resume({ run, last }), { names: [last, "tensor"] });
}

/** The model as PyTorch's `.pt`: the file, its bytes, and the names and contents of its entries. */
async function exportTorch(target) {
  const { unzipStored } = await pickleTools();
  const file = join(target.folder("torch"), "model.pt");
  await target.must(["export", `model=${target.model}`, "format=torch", "imgsz=64", `file=${file}`]);
  const bytes = readFileSync(file);
  return { file, bytes, entries: [...unzipStored(bytes, file)].map(([name, { read }]) => [name, read()]) };
}

async function damagedTorch(target) {
  const { file, bytes, entries } = await exportTorch(target);
  const storages = entries.filter(([name]) => /\/data\/\d+$/.test(name)).map(([, data]) => data);
  const start = bytes.indexOf(storages.sort((a, b) => b.length - a.length)[0]);
  for (let i = 0; i < 2000; i++) bytes[start + i] ^= 0x11;
  writeFileSync(file, bytes);
  expectRefused(await target.predict(file), { names: [file] });
}

async function oddGlobals(target) {
  const { global, op, zipStored } = await pickleTools();
  const { file, entries } = await exportTorch(target);
  for (const [module, name] of [
    ["utils.downloads", "attempt_download"],
    ["torch.optim", "__builtins__"],
    ["ultralytics.utils.checks", "check_requirements"],
  ]) {
    const changed = entries.map(([entry, data]) => {
      // After the pickle's version: the global is loaded, and dropped
      const odd = [data.subarray(0, 2), Buffer.from([...global(module, name), ...op("0")]), data.subarray(2)];
      return [entry, entry.endsWith("/data.pkl") ? Buffer.concat(odd) : data];
    });
    writeFileSync(file, Buffer.concat(zipStored(changed)));
    expectRefused(await target.predict(file), { names: [file, `${module}.${name}`] });
  }
}

export const checkpointAttacks = [
  { row: 4, tried: ".pt files of some 100 KB that grow to gigabytes", attack: bombFiles },
  { row: 4, tried: "a path of 5,000 characters", attack: longPath },
  { row: 6, tried: "half of a checkpoint's tensor is zero: predict, resume", attack: damagedTensor },
  { row: 6, tried: "500 bytes of a checkpoint are flipped: resume", attack: flippedBytes },
  { row: 6, tried: "2,000 bytes of a .pt are flipped: predict", attack: damagedTorch },
  { row: 17, tried: "globals in a .pt that are no parts of models", attack: oddGlobals },
];
