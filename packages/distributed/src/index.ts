export type { Communicator } from "./communicator.ts";
