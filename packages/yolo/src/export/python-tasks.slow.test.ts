// Exported ONNX files of every task in other people's programs: the checker of PyPI's `onnx`, PyPI's `onnxruntime`, and PyPI's
// `ultralytics`, which finds what lookonce finds. Set LOOKONCE_PYTHON to a Python that has them; without, it is skipped.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeShared, expectClose, sharedPath } from "@lookonce/testing";
import { expect, it } from "vitest";
import { type Results, YOLO } from "../index.ts";
import { temporaryFolder } from "../test-model.ts";

const folder = temporaryFolder();
const python = process.env.LOOKONCE_PYTHON || "python3";
const has = (modules: string): boolean => spawnSync(python, ["-c", `import ${modules}`]).status === 0;
const checks = has("onnx, onnxruntime");
const predicts = checks && has("ultralytics");
const missing = checks
  ? predicts
    ? ""
    : " (no Python with ultralytics)"
  : " (skipped: no Python with onnx and onnxruntime)";

const script = `
import json, sys
import numpy, onnx, onnxruntime
job = json.load(open(sys.argv[1]))
onnx.checker.check_model(onnx.load(job["file"]), full_check=True)
session = onnxruntime.InferenceSession(job["file"])
shape = [side if isinstance(side, int) else known for side, known in zip(session.get_inputs()[0].shape, [1, 3, job["imgsz"], job["imgsz"]])]
outputs = session.run(None, {session.get_inputs()[0].name: numpy.full(shape, 0.4, numpy.float32)})
found = {"outputs": [[item.name, list(output.shape), bool(numpy.isfinite(output).all())] for item, output in zip(session.get_outputs(), outputs)]}
if job["predicts"]:
    from ultralytics import YOLO
    result = YOLO(job["file"], task=job["task"]).predict(job["image"], imgsz=job["imgsz"], conf=0.25, verbose=False, save=False)[0]
    listed = lambda tensor: tensor.cpu().numpy().reshape(-1).tolist()
    boxes = result.obb if result.obb is not None else result.boxes
    if boxes is not None:
        found.update(boxes=listed(boxes.xyxy), scores=listed(boxes.conf), classes=[int(one) for one in listed(boxes.cls)])
    if result.obb is not None:
        found["corners"] = listed(result.obb.xyxyxyxy)
    if result.masks is not None:
        # Without the border around the image, which is not scaled here
        (height, width), masks = result.orig_shape, result.masks.data
        top, left = (round((masks.shape[1] - height) / 2 - 0.1), round((masks.shape[2] - width) / 2 - 0.1))
        found["mask_pixels"] = listed(masks[:, top : top + height, left : left + width].sum((1, 2)))
    if result.keypoints is not None:
        found["keypoints"] = listed(result.keypoints.data)
    if result.probs is not None:
        found["probs"] = listed(result.probs.data)
print(json.dumps(found))
`;

/** What Python says of a file. */
interface Reported {
  outputs: [name: string, shape: number[], finite: boolean][];
  boxes?: number[];
  scores?: number[];
  classes?: number[];
  corners?: number[];
  mask_pixels?: number[];
  keypoints?: number[];
  probs?: number[];
}

function ask(job: { file: string; task: string; imgsz: number; image: string }): Reported {
  const path = join(folder, "job.json");
  writeFileSync(path, JSON.stringify({ ...job, predicts }));
  const env = { ...process.env, YOLO_OFFLINE: "true", YOLO_AUTOINSTALL: "false" };
  const { status, stdout, stderr } = spawnSync(python, ["-c", script, path], { encoding: "utf8", env });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}

const cases = [
  { task: "segment", image: "segment/dataset/images/val/002.png", imgsz: 128, outputs: ["output0", "output1"] },
  { task: "pose", image: "pose/dataset/images/val/004.png", imgsz: 128, outputs: ["output0"] },
  { task: "obb", image: "obb/dataset/images/val/013.png", imgsz: 128, outputs: ["output0"] },
  { task: "classify", image: "classify/dataset/val/cross/000.png", imgsz: 64, outputs: ["output0"] },
];
/** YOLO26 with the files of either branch. */
const twins = [
  { name: "default", options: {} },
  { name: "end-to-end", options: { nms: false } },
  { name: "end-to-end, dynamic", options: { nms: false, dynamic: true } },
  { name: "nms", options: { nms: true, conf: 0.25 } },
];
const variants = [
  { name: "fixed", options: {} },
  { name: "dynamic", options: { dynamic: true } },
  { name: "nms", options: { nms: true, conf: 0.25 } },
];

describeShared("ONNX files of tasks", ["golden/tasks/e2e/segment/model.pt"], () => {
  const all = cases.flatMap((one) =>
    variants.filter(({ name }) => one.task !== "classify" || name !== "nms").map((variant) => ({ ...one, ...variant })),
  );
  it.skipIf(!checks).each(all)(`$task, $name${missing}`, async ({ task, image, imgsz, outputs, name, options }) => {
    const model = await YOLO.load(sharedPath(`golden/tasks/e2e/${task}/model.pt`));
    const { file } = await model.export({
      format: "onnx",
      file: join(folder, `${task}-${name}.onnx`),
      imgsz,
      ...options,
    });
    await model.dispose();
    const path = sharedPath(`golden/tasks/e2e/${image}`);
    const reported = ask({ file, task, imgsz, image: path });
    expect(reported.outputs.map(([output]) => output)).toEqual(outputs);
    expect(reported.outputs.every(([, , finite]) => finite)).toBe(true);
    if (!predicts) return;
    const exported = await YOLO.load(file);
    const [ours] = (await exported.predict(path, { imgsz, conf: 0.25 })) as [Results];
    await exported.dispose();
    if (ours.probs !== undefined) return expectClose(reported.probs ?? [], ours.probs.data, { abs: 1e-3 });
    expect(ours.boxes.count).toBeGreaterThan(0);
    expect(reported.classes).toEqual([...ours.boxes.classes]);
    expectClose(reported.scores ?? [], ours.boxes.scores, { abs: 1e-3 });
    expectClose(reported.boxes ?? [], ours.boxes.boxes, { abs: 0.05 });
    if (ours.keypoints !== undefined) expectClose(reported.keypoints ?? [], ours.keypoints.data, { abs: 0.05 });
    if (ours.obb !== undefined) expect(reported.corners).toHaveLength(8 * ours.obb.count);
    if (ours.masks !== undefined) {
      const pixels = Array.from(
        { length: ours.boxes.count },
        (_, i) => ours.masks?.bitmap(i).reduce((a, b) => a + b, 0) ?? 0,
      );
      expectClose(reported.mask_pixels ?? [], pixels, { abs: 5 });
    }
  });
});

describeShared("ONNX files of YOLO26", ["golden/families/e2e/model.pt"], () => {
  it.skipIf(!checks).each(twins)(`$name${missing}`, async ({ name, options }) => {
    const folderOfCase = "golden/families/e2e";
    const model = await YOLO.load(sharedPath(`${folderOfCase}/model.pt`));
    const imgsz = 160;
    const { file } = await model.export({
      format: "onnx",
      file: join(folder, `yolo26-${name}.onnx`),
      imgsz,
      ...options,
    });
    await model.dispose();
    const image = sharedPath(`${folderOfCase}/dataset/images/val/001.png`);
    const reported = ask({ file, task: "detect", imgsz, image });
    const isEndToEnd = name.startsWith("end");
    const shape = isEndToEnd || name === "nms" ? [1, 300, 6] : [1, 7, 525];
    expect(reported.outputs).toEqual([["output0", shape, true]]);
    if (!predicts) return;
    const exported = await YOLO.load(file);
    const nms = !isEndToEnd;
    const [ours] = (await exported.predict(image, { imgsz, conf: 0.25, nms })) as [Results];
    await exported.dispose();
    expect(ours.boxes.count).toBeGreaterThan(0);
    expect(reported.classes).toEqual([...ours.boxes.classes]);
    expectClose(reported.scores ?? [], ours.boxes.scores, { abs: 1e-3 });
    expectClose(reported.boxes ?? [], ours.boxes.boxes, { abs: 0.05 });
  });
});
