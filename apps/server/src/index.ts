export { createApp } from "./app.ts";
export { queueProgram } from "./jobs/worker/queue-program-address.ts";
export { type Service, type StartServiceOptions, startService } from "./service.ts";
export type { JobSettings, ServerSettings, StartModel } from "./settings.ts";
