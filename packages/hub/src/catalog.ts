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

const scales = ["n", "s", "m", "l", "x"] as const;

interface Release {
  repository: string;
  release: string;
  data: string;
  names: readonly string[];
}

/** Releases on GitHub and the detectors among their files, as the publisher's documentation lists them. */
const releases: readonly Release[] = [
  {
    repository: "ultralytics/assets",
    release: "v8.3.0",
    data: "COCO",
    names: [
      ...scales.map((scale) => `yolov8${scale}.pt`),
      ...scales.map((scale) => `yolo11${scale}.pt`),
      ...scales.map((scale) => `yolov5${scale}u.pt`),
      ...scales.map((scale) => `yolov5${scale}6u.pt`),
      ...["yolov3u.pt", "yolov3-sppu.pt", "yolov3-tinyu.pt"],
    ],
  },
  {
    repository: "ultralytics/assets",
    release: "v8.3.0",
    data: "Open Images V7",
    names: scales.map((scale) => `yolov8${scale}-oiv7.pt`),
  },
  {
    repository: "ultralytics/yolov5",
    release: "v7.0",
    data: "COCO",
    names: [...scales.map((scale) => `yolov5${scale}.pt`), ...scales.map((scale) => `yolov5${scale}6.pt`)],
  },
  {
    repository: "ultralytics/yolov3",
    release: "v9.6.0",
    data: "COCO",
    names: ["yolov3.pt", "yolov3-spp.pt", "yolov3-tiny.pt"],
  },
];

/** All weights that can be fetched by name. */
export const publishedWeights: readonly PublishedWeights[] = releases.flatMap(({ names, ...about }) =>
  names.map((name) => ({
    name,
    ...about,
    url: `https://github.com/${about.repository}/releases/download/${about.release}/${name}`,
    license: "AGPL-3.0",
  })),
);

/** The published weights of this name, whatever its case, or `undefined`. */
export function findWeights(name: string): PublishedWeights | undefined {
  return publishedWeights.find((weights) => weights.name === name.toLowerCase());
}
