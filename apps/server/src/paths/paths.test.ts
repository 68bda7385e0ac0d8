import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refuse } from "../errors/refuse.ts";
import { confine, confineFile, nameBelow, withoutRoots } from "./confine.ts";
import { listFiles } from "./list-files.ts";
import { findModelFile } from "./model-files.ts";
import { sendFile } from "./send-file.ts";

const place = mkdtempSync(join(tmpdir(), "lookonce-paths-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const root = join(place, "root");
const other = join(place, "root-of-others");
mkdirSync(join(root, "deep", "deeper", "deepest"), { recursive: true });
mkdirSync(join(root, ".hidden"));
mkdirSync(other);
writeFileSync(join(root, "a.txt"), "0123456789");
writeFileSync(join(root, "deep", "image one.jpg"), "jpg");
writeFileSync(join(root, "deep", "deeper", "deepest", "b.txt"), "b");
writeFileSync(join(root, ".hidden", "key.txt"), "key");
writeFileSync(join(root, "page.html"), "<script>alert(1)</script>");
writeFileSync(join(root, "weights.safetensors.partial"), "half");
writeFileSync(join(root, "model.safetensors"), "model");
writeFileSync(join(other, "secret.txt"), "secret");
writeFileSync(join(other, "secret.pt"), "secret");
symlinkSync(join(other, "secret.txt"), join(root, "link.txt"));
symlinkSync(other, join(root, "way-out"));
symlinkSync(join(root, "a.txt"), join(root, "inside.txt"));

describe("confine", () => {
  it.each(["a.txt", "deep/image one.jpg", "deep/../a.txt", "inside.txt", join(root, "a.txt")])("finds %s", (name) => {
    expect(confine(root, name)).toMatch(/(a\.txt|image one\.jpg)$/);
  });

  it.each([
    ...["", ".", "..", "../root-of-others/secret.txt", "deep/../../root-of-others/secret.txt", "/etc/passwd"],
    ...[
      "link.txt",
      "way-out/secret.txt",
      "way-out",
      join(other, "secret.txt"),
      "missing.txt",
      "a.txt\0.jpg",
      "a.txt/b",
    ],
  ])("does not find %j", (name) => {
    expect(confine(root, name)).toBeUndefined();
  });

  it("goes through roots in order, and through missing ones", () => {
    expect(confineFile([join(place, "missing"), root, other], "secret", [".pt", ".txt"])).toBe(
      confine(other, "secret.pt"),
    );
    expect(confineFile([], "a.txt", [".txt"])).toBeUndefined();
  });
});

describe("names for outside", () => {
  it("has / between its parts", () => {
    expect(nameBelow(root, join(root, "deep", "x.jpg"))).toBe("deep/x.jpg");
  });

  it("leaves roots out of messages", () => {
    const message = `cannot read ${join(root, "deep", "x")} and ${join(other, "y")}, nor ${sep}elsewhere`;
    expect(withoutRoots(message, [root, other])).toBe(`cannot read deep${sep}x and y, nor ${sep}elsewhere`);
  });
});

describe("listFiles", () => {
  it("lists regular files that are whole, by name", async () => {
    const files = await listFiles(root);
    expect(files.map(({ name }) => name)).toEqual(["a.txt", "deep/image one.jpg", "model.safetensors", "page.html"]);
    expect(files[1]).toMatchObject({ bytes: 3, type: "image/jpeg" });
  });

  it("goes as deep, and lists as many, as the options allow", async () => {
    const deep = await listFiles(root, { depth: 3, only: (name) => name.endsWith("b.txt") });
    expect(deep.map(({ name }) => name)).toEqual(["deep/deeper/deepest/b.txt"]);
    expect(await listFiles(root, { limit: 2 })).toHaveLength(2);
    expect(await listFiles(join(place, "missing"))).toEqual([]);
  });
});

describe("findModelFile", () => {
  it("finds models in the roots with and without ending, and shipped model files", async () => {
    const file = confine(root, "model.safetensors");
    expect(await findModelFile([root], "model.safetensors")).toBe(file);
    expect(await findModelFile([other, root], "model")).toBe(file);
    for (const name of ["yolov8n.yaml", "yolov8n", "yolov5s.yaml"])
      expect(await findModelFile([root], name)).toBe(name);
  });

  it.each([
    "a.txt",
    "../root-of-others/secret.pt",
    join(other, "secret.pt"),
    "way-out/secret.pt",
    "yolov7n",
    "../yolov8n",
  ])("has no %s", async (name) => {
    await expect(findModelFile([root], name)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("names the nearest", async () => {
    await expect(findModelFile([root], "modle.safetensors")).rejects.toThrow('Did you mean "model.safetensors"?');
  });
});

describe("sendFile", () => {
  let app: FastifyInstance;
  beforeAll(async () => {
    app = Fastify();
    app.setErrorHandler((error, _request, reply) => {
      const { statusCode, code, message } = refuse(error);
      return reply.code(statusCode).send({ error: { code, message } });
    });
    app.get<{ Params: { "*": string } }>("/files/*", (request, reply) =>
      sendFile(request, reply, { folder: root, name: request.params["*"] }),
    );
    await app.ready();
  });

  it("sends whole files, parts, and nothing that is known already", async () => {
    const whole = await app.inject("/files/a.txt");
    expect([whole.statusCode, whole.body]).toEqual([200, "0123456789"]);
    expect(whole.headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "content-length": "10",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
    });
    const part = await app.inject({ url: "/files/a.txt", headers: { range: "bytes=2-4" } });
    expect([part.statusCode, part.body, part.headers["content-range"]]).toEqual([206, "234", "bytes 2-4/10"]);
    const beyond = await app.inject({ url: "/files/a.txt", headers: { range: "bytes=20-" } });
    expect(beyond.statusCode).toBe(416);
    const etag = String(whole.headers.etag);
    const known = await app.inject({ url: "/files/a.txt", headers: { "if-none-match": etag } });
    expect([known.statusCode, known.body]).toEqual([304, ""]);
    expect((await app.inject("/files/deep/image%20one.jpg")).headers["content-type"]).toBe("image/jpeg");
    expect((await app.inject("/files/inside.txt")).body).toBe("0123456789");
  });

  it("has browsers download what they should not show", async () => {
    const { headers } = await app.inject("/files/page.html");
    expect(headers["content-type"]).toBe("application/octet-stream");
    expect(headers["content-disposition"]).toBe("attachment; filename*=UTF-8''page.html");
    expect(headers["content-security-policy"]).toContain("sandbox");
  });

  it.each([
    ...["missing.txt", "..%2froot-of-others%2fsecret.txt", "../root-of-others/secret.txt", "%2fetc%2fpasswd", "deep"],
    ...["link.txt", "way-out/secret.txt", ".hidden/key.txt", "", "a.txt%00", "..%5croot-of-others%5csecret.txt"],
  ])("answers 404 to %j", async (name) => {
    const { statusCode, body } = await app.inject(`/files/${name}`);
    expect(statusCode).toBe(404);
    expect(body).not.toContain(place);
    expect(body).not.toContain("secret\n");
  });
});
