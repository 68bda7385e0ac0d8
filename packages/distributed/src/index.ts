export { type Communicator, localRanks, RankLostError, type ReduceSettings } from "./communicator.ts";
export { connectRanks } from "./connect-ranks.ts";
export { coresOf } from "./cores-of.ts";
export { connectIfLaunched, connectMpi, type MpiOptions } from "./mpi/connect-mpi.ts";
export { type Launched, launchedBy, type MpiFamily } from "./mpi/launched-by.ts";
