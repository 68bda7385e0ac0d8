export * from "#processes";
export { type Communicator, localRanks, RankLostError, type ReduceSettings } from "./communicator.ts";
