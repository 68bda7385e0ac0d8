import express from "express";

/**
 * Middleware that finds objects in the image that a request sends as its body. What it found is in `response.locals.result`.
 *
 * @param model a loaded `YOLO`, which any number of requests share
 * @param options `limit` of a body; the others are those of `predict`, such as `conf` and `classes`
 */
export function detect(model, { limit = "16mb", ...options } = {}) {
  return [
    express.raw({ type: "image/*", limit }),
    async (request, response, next) => {
      if (!Buffer.isBuffer(request.body)) {
        response.status(415).json({ error: "Send an image as the body, with its content type, such as image/jpeg." });
        return;
      }
      try {
        [response.locals.result] = await model.predict(request.body, options);
      } catch (error) {
        if (error.code !== "FORMAT") throw error;
        // The body is no image, or a damaged one: the client's mistake, not ours
        response.status(422).json({ error: error.message });
        return;
      }
      next();
    },
  ];
}
