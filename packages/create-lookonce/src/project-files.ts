import { jsonSchemas, optionSchema, recipeOptions, sampleWeights, taskSettings } from "@lookonce/config";

/** What the files of a project depend on. */
export interface ProjectChoices {
  /** Name of the package, as npm accepts it. */
  name: string;
  /** Names of classes whose images will be added; without them the project has drawn shapes. */
  classes?: readonly string[] | undefined;
  /** Model to start from. */
  model?: string | undefined;
  /** Version of lookonce that the project needs at least. */
  version: string;
}

/** Classes of the drawn images in `shapes/`, in the order of their numbers. */
export const drawnClasses: readonly string[] = ["circle", "square", "triangle", "star", "cross"];

/** Small images learn quickly; what is photographed needs more of everything. */
const trainings = {
  drawn: { epochs: 3, imgsz: 160, batch: 8 },
  own: { epochs: 50, imgsz: 640, batch: 16 },
};

/** The texts of a project, by their paths in it. */
export function projectFiles(choices: ProjectChoices): Record<string, string> {
  return {
    "package.json": json(manifest(choices)),
    "tsconfig.json": json(compilerOptions),
    ".gitignore": "node_modules/\nout/\nruns/\n*.pt\n*.lookonce-cache\n",
    "README.md": readme(choices),
    "data.yaml": dataYaml(choices),
    "data.schema.json": json(jsonSchemas(optionSchema, recipeOptions).data),
    "src/main.ts": program(choices),
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function manifest({ name, version }: ProjectChoices): object {
  return {
    ...{ name, private: true, type: "module" },
    scripts: {
      start: "tsc && node out/main.js",
      check: "lookonce data check data=data.yaml",
      label: "lookonce serve",
    },
    dependencies: { lookonce: `^${version}` },
    devDependencies: { "@types/node": "^20.19.0", typescript: "^5.9.0" },
  };
}

const compilerOptions = {
  compilerOptions: {
    ...{ target: "es2023", module: "nodenext", types: ["node"] },
    ...{ rootDir: "src", outDir: "out", strict: true, skipLibCheck: true },
  },
  include: ["src"],
};

function dataYaml({ classes }: ProjectChoices): string {
  const names = (classes ?? drawnClasses).map((name, i) => `  ${i}: ${JSON.stringify(name)}\n`).join("");
  return `# yaml-language-server: $schema=data.schema.json
# Images lie in data/images/train and data/images/val. Each has a text file of the same name in data/labels/train or val,
# with a line for each object: class number, then x and y of the box's center, width and height, as fractions of the image.
path: data
train: images/train
val: images/val
names:
${names}`;
}

function program({ classes, model }: ProjectChoices): string {
  const { epochs, imgsz, batch } = trainings[classes === undefined ? "drawn" : "own"];
  const start = model ?? (classes === undefined ? sampleWeights : taskSettings.detect.model);
  const about =
    start === sampleWeights
      ? `// These weights come with lookonce and know drawn shapes. For photographs start from published ones, such as
// ${taskSettings.detect.model}: they are fetched once, and have a license of their own, AGPL-3.0.`
      : "// Published weights are fetched once; they have a license of their own, AGPL-3.0.";
  return `import { progress, YOLO } from "lookonce";

${about}
const model = await YOLO.load(${JSON.stringify(start)}, { log: console.error });

const { best } = await model.train({
  data: "data.yaml",
  epochs: ${epochs},
  imgsz: ${imgsz},
  batch: ${batch},
  callbacks: [await progress(process.stderr)],
});
console.log(\`the best weights are \${best}\`);

const { map50 } = await model.val({ data: "data.yaml", imgsz: ${imgsz} });
console.log(\`mAP50 on data/images/val: \${map50.toFixed(3)}\`);

for await (const result of model.stream("data/images/val", { imgsz: ${imgsz}, save: true })) {
  console.log(\`\${result.name}: \${result.describe()}\`);
}
await model.dispose();
`;
}

function readme({ name, classes }: ProjectChoices): string {
  const data =
    classes === undefined
      ? "The images in `data/` are drawn shapes, so that it runs at once: replace them with yours, and their classes in `data.yaml`."
      : "Add your images to `data/images/train` and `data/images/val`, about four of five into the first, and their labels to `data/labels`.";
  return `# ${name}

\`\`\`sh
npm install
npm start          # trains on data.yaml, measures, and draws what it finds into runs/
npm run check      # checks every image and label
npm run label      # a page in the browser; its studio labels images: http://127.0.0.1:8080/studio/
\`\`\`

${data} \`src/main.ts\` is the program; its options are those of [lookonce](https://github.com/lookonce/lookonce).
`;
}
