import { serviceTargets } from "./targets.ts";
import { testCorpus } from "./test-corpus.ts";

testCorpus(serviceTargets);
