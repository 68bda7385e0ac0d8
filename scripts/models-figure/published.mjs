// Accuracy of published detectors, as their publishers state it: mAP50-95 on COCO val2017, images of 640 pixels.

/**
 * Families by title: who published the numbers, what they are, and each model's mAP50-95 with suppression, and without it
 * where the model's second branch needs none and a number was published.
 */
export const published = [
  {
    title: "YOLO26",
    source:
      "[Ultralytics](https://docs.ultralytics.com/models/yolo26/), [arXiv 2606.03748](https://arxiv.org/abs/2606.03748)",
    models: {
      yolo26n: [40.9, 40.1],
      yolo26s: [48.6, 47.8],
      yolo26m: [53.1, 52.5],
      yolo26l: [55.0, 54.4],
      yolo26x: [57.5, 56.9],
    },
  },
  {
    title: "YOLO12",
    source:
      "[Ultralytics](https://docs.ultralytics.com/models/yolo12/), [arXiv 2502.12524](https://arxiv.org/abs/2502.12524)",
    models: { yolo12n: [40.6], yolo12s: [48.0], yolo12m: [52.5], yolo12l: [53.7], yolo12x: [55.2] },
  },
  {
    title: "YOLO11",
    source: "[Ultralytics](https://docs.ultralytics.com/models/yolo11/)",
    models: { yolo11n: [39.5], yolo11s: [47.0], yolo11m: [51.5], yolo11l: [53.4], yolo11x: [54.7] },
  },
  {
    title: "YOLOv10",
    source:
      "[Ultralytics](https://docs.ultralytics.com/models/yolov10/), [arXiv 2405.14458](https://arxiv.org/abs/2405.14458)",
    models: {
      ...{ yolov10n: [undefined, 38.5], yolov10s: [undefined, 46.3], yolov10m: [undefined, 51.1] },
      ...{ yolov10b: [undefined, 52.5], yolov10l: [undefined, 53.2], yolov10x: [undefined, 54.4] },
    },
  },
  {
    title: "YOLOv9",
    source:
      "[Ultralytics](https://docs.ultralytics.com/models/yolov9/), [arXiv 2402.13616](https://arxiv.org/abs/2402.13616)",
    models: { yolov9t: [38.3], yolov9s: [46.8], yolov9m: [51.4], yolov9c: [53.0], yolov9e: [55.6] },
  },
  {
    title: "YOLOv8",
    source: "[Ultralytics](https://docs.ultralytics.com/models/yolov8/)",
    models: { yolov8n: [37.3], yolov8s: [44.9], yolov8m: [50.2], yolov8l: [52.9], yolov8x: [53.9] },
  },
  {
    title: "YOLOv5",
    source: "[its release 7.0](https://github.com/ultralytics/yolov5/releases/tag/v7.0)",
    models: { yolov5n: [28.0], yolov5s: [37.4], yolov5m: [45.4], yolov5l: [49.0], yolov5x: [50.7] },
  },
];
