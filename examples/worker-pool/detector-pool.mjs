import { availableParallelism } from "node:os";
import { Piscina } from "piscina";

/** Detects in worker threads: as many images at once as there are threads, the others wait. */
export class DetectorPool {
  #pool;

  constructor({ model = "yolov8n.pt", threads = availableParallelism() } = {}) {
    this.#pool = new Piscina({
      filename: new URL("./worker.mjs", import.meta.url).href,
      workerData: { model },
      minThreads: threads,
      maxThreads: threads,
    });
  }

  /** What `result.toJSON()` is for an image: a path, an address or bytes. `signal` removes it from the queue. */
  detect(source, { signal, ...options } = {}) {
    return this.#pool.run({ source, options }, { signal });
  }

  /** Ends the threads once their images are done. */
  close() {
    return this.#pool.close();
  }
}
