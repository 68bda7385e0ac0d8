/** Weights that their publisher offers for download. */
export interface PublishedWeights {
  /** The file's name, such as `yolov8n.pt`. */
  readonly name: string;
  /** Where the publisher's release has the file. */
  readonly url: string;
  /** Repository and release on GitHub, such as `ultralytics/assets` and `v8.3.0`. */
  readonly repository: string;
  readonly release: string;
  /** Their license, as an SPDX identifier. */
  readonly license: string;
  /** What they were trained on. */
  readonly data: string;
}

/** Releases on GitHub and their models, as the publisher's documentation lists them; `*` is each scale, `[ce]` each letter. */
const releases: readonly [repository: string, release: string, data: string, names: readonly string[]][] = [
  ["ultralytics/assets", "v8.4.0", "COCO", ["yolo26*", "yolo26*-seg"]],
  ["ultralytics/assets", "v8.4.0", "COCO keypoints", ["yolo26*-pose"]],
  ["ultralytics/assets", "v8.4.0", "DOTA v1", ["yolo26*-obb"]],
  ["ultralytics/assets", "v8.4.0", "ImageNet", ["yolo26*-cls"]],
  ["ultralytics/assets", "v8.3.0", "COCO", ["yolo12*", "yolov10[nsmblx]", "yolov9[tsmce]", "yolov9[ce]-seg"]],
  ["ultralytics/assets", "v8.3.0", "COCO", ["yolov8*", "yolo11*", "yolov5*u", "yolov5*6u"]],
  ["ultralytics/assets", "v8.3.0", "COCO", ["yolov3u", "yolov3-sppu", "yolov3-tinyu"]],
  ["ultralytics/assets", "v8.3.0", "Open Images V7", ["yolov8*-oiv7"]],
  ["ultralytics/assets", "v8.3.0", "COCO", ["yolov8*-seg", "yolo11*-seg"]],
  ["ultralytics/assets", "v8.3.0", "COCO keypoints", ["yolov8*-pose", "yolov8x-pose-p6", "yolo11*-pose"]],
  ["ultralytics/assets", "v8.3.0", "DOTA v1", ["yolov8*-obb", "yolo11*-obb"]],
  ["ultralytics/assets", "v8.3.0", "ImageNet", ["yolov8*-cls", "yolo11*-cls"]],
  ["ultralytics/yolov5", "v7.0", "COCO", ["yolov5*", "yolov5*6", "yolov5*-seg"]],
  ["ultralytics/yolov5", "v7.0", "ImageNet", ["yolov5*-cls"]],
  ["ultralytics/yolov3", "v9.6.0", "COCO", ["yolov3", "yolov3-spp", "yolov3-tiny"]],
];

/** All weights that can be fetched by name. */
export const publishedWeights: readonly PublishedWeights[] = releases.flatMap(([repository, release, data, patterns]) =>
  patterns
    .flatMap((pattern) => {
      const [before = "", letters, after = ""] = pattern.replace("*", "[nsmlx]").split(/[[\]]/);
      return letters === undefined ? [pattern] : [...letters].map((letter) => before + letter + after);
    })
    .map((stem) => {
      const name = `${stem}.pt`;
      const url = `https://github.com/${repository}/releases/download/${release}/${name}`;
      return { name, repository, release, data, url, license: "AGPL-3.0" };
    }),
);

/** The published weights of this name, whatever its case, or `undefined`. */
export function findWeights(name: string): PublishedWeights | undefined {
  return publishedWeights.find((weights) => weights.name === name.toLowerCase());
}
