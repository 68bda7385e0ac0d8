import { YOLO } from "lookonce";

export const runtime = "nodejs";

/** One model for all requests, also when this file is loaded again while it is edited. */
const shared = globalThis as typeof globalThis & { detector?: Promise<YOLO> };

function detector(): Promise<YOLO> {
  shared.detector ??= YOLO.load(process.env.MODEL ?? "yolov8n.pt");
  return shared.detector;
}

/** POST /api/detect with an image as the body: boxes in pixels of the image, with confidences and names. */
export async function POST(request: Request): Promise<Response> {
  if (!request.headers.get("content-type")?.startsWith("image/")) {
    return Response.json({ error: "Send an image as the body, with its content type." }, { status: 415 });
  }
  const model = await detector();
  try {
    const [result] = await model.predict(new Uint8Array(await request.arrayBuffer()), { conf: 0.4 });
    return Response.json(result?.toJSON());
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code !== "FORMAT") throw error;
    // The body is no image, or a damaged one: the client's mistake, not ours
    return Response.json({ error: message }, { status: 422 });
  }
}
