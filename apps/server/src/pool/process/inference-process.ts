// The program of the inference processes: decodes images, while a thread of its own runs the network on those before. What
// hangs or crashes in a decoder or in ONNX Runtime ends with the process, which the service kills and replaces.
import { encodeError, type SentError } from "@lookonce/errors";
import { readWorkerData, serveTasks, WorkerPool } from "@lookonce/worker-pool";
import { frameAppearance, frameMotion, type Image, readImage } from "@lookonce/yolo";
import type {
  DecodedImage,
  DetectAnswer,
  InferenceTasks,
  SentContent,
  ThreadTasks,
  WorkerSettings,
} from "../inference-tasks.ts";
import { workerAddress } from "../worker-address.ts";

const settings = await readWorkerData<WorkerSettings>();

const thread = new WorkerPool<ThreadTasks>({
  program: workerAddress,
  name: "lookonce inference",
  workerData: settings,
  maxWorkers: 1,
  keepAlive: true,
  onWorkerLost(cause) {
    process.stderr.write(`An inference thread died: ${cause.stack}\n`);
    // Without it the process is of no use; the service starts another
    process.kill(process.pid, "SIGKILL");
  },
});

async function decode({ content, options }: SentContent): Promise<DecodedImage | { error: SentError }> {
  if (!(content instanceof Uint8Array)) return { image: content, options };
  try {
    return { image: await readImage(content, { maxPixels: settings.maxPixels }), options };
  } catch (error) {
    return { error: encodeError(error) };
  }
}

/** Answers with how the camera moved, while the network runs, where that was asked. */
async function motionOf({ motion }: SentContent, decoded: DecodedImage | { error: SentError }): Promise<object> {
  if (motion === undefined || "error" in decoded) return {};
  return { motion: await frameMotion(decoded.image, motion.before) };
}

/** Adds how the objects look, where that was asked. */
async function withAppearance({ appearance }: SentContent, answer: DetectAnswer, image: Image): Promise<DetectAnswer> {
  if (!appearance || "error" in answer) return answer;
  return { ...answer, features: await frameAppearance(image, answer.boxes) };
}

serveTasks<InferenceTasks>(
  {
    load: (request) => thread.run("load", request),
    unload: (request) => thread.run("unload", request),
    describe: (request) => thread.run("describe", request),
    ping: () => thread.run("ping", undefined),
    async detect({ images: sent, ...request }, context) {
      const decoded = await Promise.all(sent.map(decode));
      if (context.aborted) throw new Error("nobody waits for these images any more");
      const images = decoded.filter((one) => "image" in one);
      const [found, ...motions] = await Promise.all([
        thread.run("detect", { ...request, images }),
        ...sent.map((one, i) => motionOf(one, decoded[i] as DecodedImage)),
      ]);
      const answers = found.values();
      return Promise.all(
        decoded.map(async (one, i) => {
          if ("error" in one) return one;
          const answer = answers.next().value as DetectAnswer;
          return { ...(await withAppearance(sent[i] as SentContent, answer, one.image)), ...motions[i] };
        }),
      );
    },
  },
  { concurrent: true },
);
