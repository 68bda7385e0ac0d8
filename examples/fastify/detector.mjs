import plugin from "fastify-plugin";
import { YOLO } from "lookonce";

/**
 * Loads a model when the server starts and adds `server.detect`, a hook that finds objects in the image which a request sends as
 * its body; what it found is in `request.result`. Options are `model` and those of `predict`, such as `conf` and `classes`.
 */
export const detector = plugin(async (server, { model: name = "yolov8n.pt", ...options }) => {
  const model = await YOLO.load(name);
  server.addHook("onClose", () => model.dispose());
  server.addContentTypeParser(/^image\//, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  server.decorateRequest("result", null);
  server.decorate("detect", async (request, reply) => {
    if (!Buffer.isBuffer(request.body)) return reply.code(415).send({ error: "Send an image as the body." });
    try {
      [request.result] = await model.predict(request.body, options);
    } catch (error) {
      if (error.code !== "FORMAT") throw error;
      // The body is no image, or a damaged one: the client's mistake, not ours
      return reply.code(422).send({ error: error.message });
    }
  });
});
