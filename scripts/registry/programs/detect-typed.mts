import { type PredictOptions, type Results, YOLO } from "lookonce";

const [weights = "", source = ""] = process.argv.slice(2);
const options: PredictOptions = { conf: 0.3 };
const model = await YOLO.load(weights);
const results: Results[] = await model.predict(source, options);
const names: string[] = results.flatMap((result) => result.toJSON().boxes.map(({ name }) => name));
if (names.length === 0) throw new Error("nothing was found");
console.log(`found ${names.join(", ")}`);
