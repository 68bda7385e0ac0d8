export { cosine, power, sine } from "./portable-math.ts";
export { Random } from "./random.ts";
