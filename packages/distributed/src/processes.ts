export { deserialize, serialize } from "node:v8";
export { agree } from "./agree.ts";
export { connectRanks } from "./connect-ranks.ts";
export { coresOf } from "./cores-of.ts";
export { keepRunning, type RestartOptions, type RunEnd } from "./launch/keep-running.ts";
export { LaunchNotes, noteToLauncher } from "./launch/launch-notes.ts";
export { type LaunchOptions, launchRanks } from "./launch/launch-ranks.ts";
export { connectIfLaunched, connectMpi, type MpiOptions } from "./mpi/connect-mpi.ts";
export { type Launched, launchedBy, type MpiFamily } from "./mpi/launched-by.ts";
