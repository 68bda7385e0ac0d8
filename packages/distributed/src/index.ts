export { type Communicator, RankLostError, type ReduceSettings } from "./communicator.ts";
export { connectRanks } from "./connect-ranks.ts";
