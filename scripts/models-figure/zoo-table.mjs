// The tables of docs/models.md: every model of the zoo at every scale, as it is built.

/** Tables in the order of the page: their title, which model files belong to them, and the side of the image. */
const families = [
  ["YOLO26, both branches", /^yolo26(?!.*-(seg|pose|obb|cls))/],
  ["YOLO12", /^yolo12/],
  ["YOLO11", /^yolo11(?!.*-(seg|pose|obb|cls))/],
  ["YOLOv10, both branches", /^yolov10/],
  ["YOLOv9", /^yolov9/],
  ["YOLOv8", /^yolov8(?!.*-(seg|pose|obb|cls))/],
  ["YOLOv5u and YOLOv3u: the older networks with YOLOv8's head", /^yolov[35].*u\.yaml$/],
  ["YOLOv5 for images of 640 pixels", /^yolov5\.yaml$/],
  ["YOLOv5 for images of 1280 pixels", /^yolov5-6\.yaml$/],
  ["YOLOv5's variants", /^yolov5-(?!seg|cls)/],
  ["YOLOv3", /^yolov3/],
  ["Instance segmentation", /-seg/],
  ["Poses, of 17 keypoints", /-pose/],
  ["Oriented boxes", /-obb/],
  ["Classification, of 1,000 classes", /-cls/, 224],
];

/**
 * The Markdown tables of all shipped models.
 *
 * @param nn the package `@lookonce/nn`
 */
export function zooTables(nn) {
  const left = new Set(nn.shippedModels());
  return families
    .map(([title, pattern, imgsz = 640]) => {
      // The plain model before its variants.
      const files = [...left]
        .filter((file) => pattern.test(file))
        .sort((a, b) => a.length - b.length || sizeOf(a) - sizeOf(b));
      for (const file of files) left.delete(file);
      const rows = files.flatMap((file) => namesOf(file, nn)).map((name) => rowOf(name, imgsz, nn));
      const header = `| model | layers | parameters | of these in the head | GFLOPs at ${imgsz} | fused | GFLOPs | strides |`;
      return [`### ${title}`, "", header, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |", ...rows, ""].join(
        "\n",
      );
    })
    .concat([...left].map((file) => `${file} belongs to no family of scripts/models-figure/zoo-table.mjs\n`))
    .join("\n");
}

const sizes = " tnsmbclxe";

/** Where a file stands among those that are one size each, such as yolov10b.yaml. */
function sizeOf(file) {
  return sizes.indexOf(/\d([a-z])\.yaml$/.exec(file)?.[1] ?? "");
}

/** The names by which a file's scales are asked for: yolov8-p2.yaml is yolov8n-p2 to yolov8x-p2. */
function namesOf(file, nn) {
  const { source } = nn.readModelConfig(file);
  const name = file.replace(/\.yaml$/, "");
  const given = Object.keys(source.scales ?? {});
  const scales = ["n", "s", "m", "l", "x"].filter((scale) => given.includes(scale));
  if (scales.length === 0 || sizeOf(file) > 0) return [name];
  const [, number, rest] = /^(yolov?\d+)(.*)$/.exec(name);
  return scales.map((scale) => `${number}${scale}${rest.replace(/^-(?=\d)/, "")}`);
}

function rowOf(name, imgsz, nn) {
  const model = new nn.DetectionModel(nn.readModelConfig(name));
  const { layers, parameters, head, gflops, strides } = nn.summarize(model, { imgsz });
  nn.outlineFused(model);
  const fused = nn.summarize(model, { imgsz });
  const count = (value) => value.toLocaleString("en");
  const cells = [
    `\`${name}\``,
    layers,
    count(parameters),
    count(head.parameters),
    gflops.toFixed(1),
    count(fused.parameters),
    fused.gflops.toFixed(1),
    strides.join(", "),
  ];
  return `| ${cells.join(" | ")} |`;
}
