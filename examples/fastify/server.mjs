import Fastify from "fastify";
import { detector } from "./detector.mjs";

const { MODEL = "yolov8n.pt", PORT = "3000" } = process.env;
export const server = Fastify({ bodyLimit: 16 * 2 ** 20 });
await server.register(detector, { model: MODEL, conf: 0.4 });

// Boxes in pixels of the image, with confidences and names
server.post("/detect", { preHandler: server.detect }, (request) => request.result.toJSON());

console.log(`POST an image to ${await server.listen({ port: Number(PORT) })}/detect`);
