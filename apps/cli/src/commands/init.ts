import { type CommandWork, work } from "../command.ts";

/** `lookonce init`: lays out a project. */
export const init: CommandWork = work("init", {
  positional: "folder",
  examples: ["lookonce init pets", "lookonce init pets classes=cat,dog model=yolo11s.pt"],
  async run({ folder, classes, model }, terminal) {
    const { createProject, describeProject } = await import("create-lookonce");
    const project = await createProject({ folder, classes, model });
    terminal.say(...describeProject(project));
    return project;
  },
});
