import { basename, join } from "node:path";
import send from "@fastify/send";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import { confine, nameBelow } from "./confine.ts";
import { isShown, typeOf } from "./file-types.ts";

/**
 * Answers with a file of a folder, or the part of it that was asked for. What no browser should show is sent as a
 * download; nothing of it may run scripts.
 *
 * @throws HttpError 404 when there is no such file in the folder
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { folder, name }: { folder: string; name: string },
): Promise<FastifyReply> {
  const found = confine(folder, join(folder, name));
  if (found === undefined || name.split("/").some((part) => part.startsWith("."))) throw noFile(name);
  const root = confine(join(folder, ".."), folder) ?? folder;
  const path = `/${nameBelow(root, found).split("/").map(encodeURIComponent).join("/")}`;
  const { statusCode, headers, stream } = await send(request.raw, path, { root, dotfiles: "deny", index: false });
  if (statusCode === 404 || statusCode === 403 || statusCode === 301) throw noFile(name);
  const shown = isShown(name);
  return reply
    .code(statusCode)
    .headers({
      ...headers,
      "content-type": typeOf(name),
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      // Files of a running job change: browsers ask again, and get 304 if they did not.
      "cache-control": "no-cache",
      ...(shown ? {} : { "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(basename(name))}` }),
    })
    .send(stream);
}

function noFile(name: string): HttpError {
  return new HttpError(404, "NOT_FOUND", `There is no file "${name}" in this folder.`);
}
