import { YOLO } from "lookonce";
import { workerData } from "piscina";

// Each thread has a model and one thread of the processor; it reads its images itself.
const model = await YOLO.load(workerData.model, { threads: 1 });

/** Returns plain data, which goes to other threads: a result has its whole image. */
export default async function detect({ source, options }) {
  const [result] = await model.predict(source, { ...options, workers: 0 });
  return result.toJSON();
}
