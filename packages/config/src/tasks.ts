/** What distinguishes a task where nothing of it is loaded: plain data. `Task` of `@lookonce/families` adds the functions. */
export interface TaskSettings {
  /** For people: `instance segmentation`. */
  title: string;
  /** The published model that is used where none is named. */
  model: string;
  /** Side of images in pixels, where nothing else is asked for. */
  imgsz: number;
}

/** The tasks that are built in, by name. */
export const taskSettings: Readonly<Record<"detect" | "segment" | "pose" | "obb" | "classify", TaskSettings>> = {
  detect: { title: "detection", model: "yolo11n.pt", imgsz: 640 },
  segment: { title: "instance segmentation", model: "yolo11n-seg.pt", imgsz: 640 },
  pose: { title: "pose estimation", model: "yolo11n-pose.pt", imgsz: 640 },
  obb: { title: "oriented boxes", model: "yolo11n-obb.pt", imgsz: 640 },
  classify: { title: "classification", model: "yolo11n-cls.pt", imgsz: 224 },
};

/** Side of a task's images in pixels, where nothing else is asked for; of tasks that are not built in as of detection. */
export function defaultImgsz(task: string): number {
  const known = taskNames.find((name) => name === task);
  return taskSettings[known ?? "detect"].imgsz;
}

/** Name of a task that is built in. */
export type TaskName = keyof typeof taskSettings;

/** Names of the tasks that are built in. */
export const taskNames: readonly TaskName[] = Object.keys(taskSettings) as TaskName[];
