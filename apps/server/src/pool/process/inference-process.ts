// The program of the inference processes: decodes images, while a thread of its own runs the network on those before. What
// hangs or crashes in a decoder or in ONNX Runtime ends with the process, which the service kills and replaces.
import { encodeError, readWorkerData, type SentError, serveTasks, WorkerPool } from "@lookonce/worker-pool";
import { readImage } from "lookonce";
import type {
  DecodedImage,
  DetectAnswer,
  ImageFile,
  InferenceTasks,
  ThreadTasks,
  WorkerSettings,
} from "../inference-tasks.ts";
import { workerAddress } from "../worker-address.ts";

const settings = readWorkerData<WorkerSettings>();

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

async function decode({ file, options }: ImageFile): Promise<DecodedImage | { error: SentError }> {
  try {
    return { image: await readImage(file, { maxPixels: settings.maxPixels }), options };
  } catch (error) {
    return { error: encodeError(error) };
  }
}

serveTasks<InferenceTasks>(
  {
    load: (request) => thread.run("load", request),
    unload: (request) => thread.run("unload", request),
    describe: (request) => thread.run("describe", request),
    ping: () => thread.run("ping", undefined),
    async detect({ images: files, ...request }, context) {
      const decoded = await Promise.all(files.map(decode));
      if (context.aborted) throw new Error("nobody waits for these images any more");
      const images = decoded.filter((one) => "image" in one);
      const answers = (await thread.run("detect", { ...request, images })).values();
      return decoded.map((one) => ("error" in one ? one : (answers.next().value as DetectAnswer)));
    },
  },
  { concurrent: true },
);
