export { type CreatedProject, type CreateProjectOptions, createProject } from "./create-project.ts";
export { describeProject } from "./describe-project.ts";
export { drawnClasses } from "./project-files.ts";
