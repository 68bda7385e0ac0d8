/** A section of the site: its name, and its pages with what they are called in the list. */
export interface Section {
  text: string;
  items: { text: string; link: string }[];
}

const page = (link: string, text: string): { text: string; link: string } => ({ text, link: `/${link}` });

/** From what a newcomer needs first to what a contributor needs. */
export const guides: Section[] = [
  {
    text: "Start",
    items: [
      page("what-yolo-is", "What YOLO is"),
      page("install", "Install"),
      page("first-detection", "First detection"),
      page("own-data", "Own data in ten minutes"),
    ],
  },
  {
    text: "Models and tasks",
    items: [
      page("tasks", "Tasks"),
      page("segment", "Instance segmentation"),
      page("pose", "Pose estimation"),
      page("obb", "Oriented boxes"),
      page("classify", "Classification"),
      page("choosing-a-model", "Which model to use"),
    ],
  },
  {
    text: "Use a model",
    items: [
      page("predict", "Predict"),
      page("tracking", "Track objects"),
      page("export", "Export"),
      page("browser", "In a browser tab"),
      page("server", "As a service"),
      page("web", "The service's web page"),
      page("packages/studio", "The studio"),
    ],
  },
  {
    text: "Train a model",
    items: [
      page("data", "Data sets"),
      page("training", "Train"),
      page("augmentation", "Augmentation"),
      page("validation", "Validate"),
      page("autoanchor-evolution", "Anchors and evolution"),
      page("losses", "Losses"),
    ],
  },
  {
    text: "Machines and automation",
    items: [
      page("devices", "Devices"),
      page("distributed", "Many machines"),
      page("distributed-costs", "What many machines cost"),
      page("jobs", "Jobs of the service"),
      page("automation", "Checks in automation"),
    ],
  },
  {
    text: "Questions",
    items: [
      page("from-ultralytics", "Coming from Ultralytics"),
      page("why-p2-heads-are-smaller", "Why P2 makes the head smaller"),
      page("what-yolov5-consists-of", "What YOLOv5 consists of"),
    ],
  },
];

export const reference: Section[] = [
  {
    text: "Reference",
    items: [
      page("cli", "Commands and options"),
      page("models", "Models"),
      page("api/", "API"),
      page("packages/lookonce", "Packages"),
      page("examples/", "Examples"),
      page("benchmarks", "Benchmarks"),
    ],
  },
];

export const project: Section[] = [
  {
    text: "Project",
    items: [
      page("architecture", "Architecture"),
      page("decisions/", "Decisions"),
      page("dependencies", "Dependencies"),
      page("tfjs-conformance", "Operator tests"),
      page("contributing", "Contributing"),
      page("releasing", "Releasing"),
      page("security", "Security"),
    ],
  },
  {
    text: "How to",
    items: [
      page("how-to/add-an-augmentation", "Add an augmentation"),
      page("how-to/add-a-loss", "Add a loss"),
      page("how-to/add-a-lowering", "Add a lowering"),
      page("how-to/add-a-task", "Add a task"),
      page("how-to/add-an-export-format", "Add an export format"),
      page("how-to/fuzz-a-reader", "Fuzz a reader"),
    ],
  },
];
