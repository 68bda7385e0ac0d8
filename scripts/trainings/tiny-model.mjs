const rows = [8, 8, 16, 16, 16].map((width) => `  - [-1, 1, Conv, [${width}, 3, 2]]`).join("\n");

/** The description of the smallest model with YOLOv8's head, for the five classes of generated shapes. */
export const tinyModel = `nc: 5
depth_multiple: 1.0
width_multiple: 1.0
backbone:
${rows}
head:
  - [[2, 3, 4], 1, Detect, [nc]]
`;
