import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createApp } from "../app.ts";
import { startService } from "../service.ts";
import { pngFile } from "../test-png.ts";
import { formOf, listen, temporaryFolder, testService } from "../test-service.ts";
import { ApiKey, makeKey } from "./api-key.ts";
import { hostName, isLoopback } from "./loopback.ts";

const key = "correct-horse-battery-staple";
const bearer = (text: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${text}` },
});

describe("ApiKey", () => {
  it("opens for its key alone, given as such or as its hash", () => {
    const hash = `sha256:${createHash("sha256").update(key).digest("hex")}`;
    for (const api of [new ApiKey(key), new ApiKey(hash)]) {
      expect(api.opens(`Bearer ${key}`)).toBe(true);
      for (const other of [undefined, "", key, `Basic ${key}`, "Bearer ", `Bearer ${key}x`, `Bearer ${hash}`]) {
        expect(api.opens(other)).toBe(false);
      }
      expect(JSON.stringify(api) + String(api)).not.toContain(key);
    }
    expect(new ApiKey(makeKey()).opens(`Bearer ${makeKey()}`)).toBe(false);
  });

  it.each(["short", "", "sha256:abc"])("is refused as %j", (weak) => {
    expect(() => new ApiKey(weak)).toThrow(/the API key/);
  });
});

describe("what an address is", () => {
  it("recognizes this machine's own", () => {
    expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].map(isLoopback)).toEqual(Array(4).fill(true));
    expect(["0.0.0.0", "::", "192.168.0.1", "example.com", "127.0.0.1.example.com"].map(isLoopback)).toEqual(
      Array(5).fill(false),
    );
    expect(["a.b:80", "[::1]:80", "x", "", "a b", "a@b", undefined].map(hostName)).toEqual([
      ...["a.b", "::1", "x"],
      ...Array(4).fill(undefined),
    ]);
  });
});

describe("a service with a key", async () => {
  const { app } = await testService({ key });

  it("answers nothing that matters without it", async () => {
    const routes = app.swagger().paths as Record<string, Record<string, { security?: unknown[] }>>;
    const asked: string[] = [];
    for (const [path, methods] of Object.entries(routes)) {
      for (const [method, { security }] of Object.entries(methods)) {
        if (security?.length === 0) continue;
        const url = path.replaceAll(/\{.*?\}/g, "x");
        const { statusCode, headers } = await app.inject({ method: method.toUpperCase() as "GET", url });
        expect([method, path, statusCode, headers["www-authenticate"]]).toEqual([method, path, 401, "Bearer"]);
        asked.push(path);
      }
    }
    expect(asked).toEqual(expect.arrayContaining(["/v1/predict", "/v1/models", "/v1/jobs", "/v1/runs", "/metrics"]));
  });

  it("distinguishes a wrong key from a missing one, and accepts the right one", async () => {
    const ask = async (init: object): Promise<unknown> => {
      const { statusCode, json } = await app.inject({ url: "/v1/models", ...init });
      return [statusCode, (json() as { error?: { message: string } }).error?.message];
    };
    expect(await ask({})).toEqual([401, expect.stringContaining("Authorization: Bearer KEY")]);
    expect(await ask(bearer(makeKey()))).toEqual([401, "This is not the service's API key."]);
    expect(await ask({ query: { key } })).toEqual([401, expect.any(String)]);
    expect(await ask(bearer(key))).toEqual([200, undefined]);
  });

  it("shows the page, the description and its health to everybody", async () => {
    const open = ["/", "/openapi.json", "/healthz", "/readyz"].map((url) => app.inject({ url }));
    expect((await Promise.all(open)).map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
  });
});

describe("a service with a key that may only predict", async () => {
  const predictKey = makeKey();
  const { app } = await testService({ key, predictKey });
  const routes = app.swagger().paths as Record<string, Record<string, { security?: object[] }>>;

  it("opens with it what its description says, and nothing else", async () => {
    const opened: string[] = [];
    for (const [path, methods] of Object.entries(routes)) {
      for (const [method, { security = [{ key: [] }] }] of Object.entries(methods)) {
        const asked = { method: method.toUpperCase() as "GET", url: path.replaceAll(/\{.*?\}/g, "x") };
        const { statusCode, body } = await app.inject({ ...asked, ...bearer(predictKey) });
        const isOpen = security.length === 0 || security.some((scheme) => "predictKey" in scheme);
        expect([path, statusCode === 403]).toEqual([path, !isOpen]);
        if (!isOpen) expect(body).toMatch(/PREDICT_ONLY.*may only predict; [A-Z]+ \/\S+ needs the one/);
        else if (security.length > 0) opened.push(`${method} ${path}`);
        expect((await app.inject({ ...asked, ...bearer(key) })).statusCode).not.toBe(403);
      }
    }
    const models = ["get /v1/models", "get /v1/models/{id}"];
    const session = "/v1/track/sessions/{id}";
    const tracking = [`delete ${session}`, `get ${session}`, `post ${session}/frames`, "post /v1/track/sessions"];
    expect(opened.sort()).toEqual([...models, "post /v1/predict", "post /v1/track", ...tracking].sort());
  });

  it("predicts, and does not list files of runs", async () => {
    const payload = pngFile({ width: 30, height: 30 });
    const headers = { ...bearer(predictKey).headers, "content-type": "image/png" };
    const { statusCode } = await app.inject({ method: "POST", url: "/v1/predict", payload, headers });
    expect(statusCode).toBe(200);
    const { models, available } = (await app.inject({ url: "/v1/models", ...bearer(predictKey) })).json();
    expect([models.length, available]).toEqual([1, []]);
    expect((await app.inject({ url: "/v1/nothing", ...bearer(predictKey) })).statusCode).toBe(404);
    expect((await app.inject({ url: "/v1/models", ...bearer(makeKey()) })).statusCode).toBe(401);
  });
});

describe("a service without a key", async () => {
  const { app } = await testService({ hosts: ["detector.test"], cors: ["https://friend.test"] });
  const url = await listen(app);

  const statusOf = (headers: Record<string, string>, method = "GET"): Promise<number> =>
    new Promise((resolve, reject) => {
      const asking = request(`${url}/v1/models`, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode as number);
      });
      asking.on("error", reject).end();
    });

  it("answers to names of this machine alone, against DNS rebinding", async () => {
    const names = [
      "localhost",
      "127.0.0.1:1",
      "[::1]:8080",
      "detector.test",
      "evil.test",
      "127.0.0.1.evil.test",
      "a b",
    ];
    expect(await Promise.all(names.map((host) => statusOf({ host })))).toEqual([200, 200, 200, 200, 421, 421, 421]);
  });

  it("accepts nothing from pages of others", async () => {
    const origins = ["https://evil.test", "null", "http://127.0.0.1:1", url, "https://friend.test"];
    const answers = await Promise.all(
      origins.map((origin) => statusOf({ origin, "content-type": "application/json" }, "POST")),
    );
    expect(answers).toEqual([403, 403, 403, 400, 400]);
  });

  it("lets browsers of allowed pages alone read its answers", async () => {
    const allowed = async (origin: string): Promise<unknown> =>
      (await app.inject({ url: "/v1/models", headers: { origin, host: "localhost" } })).headers[
        "access-control-allow-origin"
      ];
    expect(await allowed("https://friend.test")).toBe("https://friend.test");
    expect(await allowed("https://evil.test")).toBeUndefined();
  });

  it("informs browsers what the page may do", async () => {
    const { headers } = await app.inject({ url: "/" });
    expect(headers).toMatchObject({
      "content-security-policy": expect.stringContaining("default-src 'self'"),
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "permissions-policy": expect.stringContaining("camera=(self)"),
    });
    expect(headers["strict-transport-security"]).toBeUndefined();
  });
});

describe("limits", () => {
  it("of requests a minute from one address", async () => {
    const { app } = await testService({ rate: 3 });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await app.inject({ url: "/v1/models" }));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429, 429]);
    expect(answers[4]?.headers["retry-after"]).toMatch(/^\d+$/);
    expect(answers[4]?.json()).toMatchObject({
      error: { code: "RATE_LIMIT", message: expect.stringMatching(/3 requests a minute/) },
    });
    expect((await app.inject({ url: "/healthz" })).statusCode).toBe(200);
  });

  it("of what is in memory at a time", async () => {
    const { app } = await testService({
      maxBody: 4000,
      maxPending: 5000,
      maxClientPending: 5000,
      maxWaiting: 64,
      window: 300,
      batch: 64,
    });
    const url = await listen(app);
    const image = pngFile({ width: 30, height: 30 });
    const body = Buffer.concat([image, Buffer.alloc(3000 - image.length)]);
    const post = (): Promise<Response> =>
      fetch(`${url}/v1/predict`, { method: "POST", body, headers: { "content-type": "image/png" } });
    const answers = await Promise.all([post(), post()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
    expect((await post()).status).toBe(200);
    expect((await fetch(`${url}/v1/predict`, { method: "POST", body: formOf([image]) })).status).toBe(200);
  });

  describe("of uploads", async () => {
    const limits = { maxBody: 9000, maxPending: 20_000, maxClientPending: 10_000, bodyWindow: 1000 };
    const { app } = await testService({ ...limits, proxies: ["127.0.0.1"] });
    const port = Number(new URL(await listen(app)).port);
    const hasty = await listen((await testService({ bodyWindow: 0.02 })).app);
    const image = pngFile({ width: 30, height: 30 });
    const kinds = ["image/png", "multipart/form-data; boundary=x"];
    const formHead = '--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n';

    /** Begins an upload of unknown length. */
    const upload = (type: string, client: string) => {
      const headers = { "content-type": type, "transfer-encoding": "chunked", "x-forwarded-for": client };
      const sending = request({ port, host: "127.0.0.1", method: "POST", path: "/v1/predict", headers });
      const answer = new Promise<number | string>((resolve) => {
        sending.on("response", (response) => resolve(response.resume().statusCode as number));
        sending.on("error", ({ message }) => resolve(message));
      });
      sending.write(type.startsWith("image") ? image : formHead);
      return { answer, sending };
    };

    it.each(kinds)("that come byte by byte as %s leave others their room", async (type) => {
      const slow = Array.from({ length: 16 }, () => upload(type, "192.0.2.1"));
      await expect.poll(() => count(slow)).toBe(16);
      const quick = upload("image/png", "192.0.2.1");
      quick.sending.end();
      expect(await quick.answer).toBe(200);
      for (const { sending } of slow) sending.destroy();
      await Promise.all(slow.map(({ answer }) => answer));
    });

    const count = async (of: readonly unknown[]): Promise<number> => {
      const connections = await new Promise<number>((resolve) => app.server.getConnections((_, n) => resolve(n)));
      return Math.min(connections, of.length);
    };

    it.each(kinds)("of one address, as %s", async (type) => {
      const first = upload(type, "192.0.2.1");
      first.sending.write(Buffer.alloc(8000));
      const same = async (): Promise<unknown> => {
        const { sending, answer } = upload(type, "192.0.2.1");
        sending.write(Buffer.alloc(4000));
        const status = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 100))]);
        sending.destroy();
        return status;
      };
      await expect.poll(same).toBe(429);
      const other = upload("image/png", "192.0.2.2");
      other.sending.end();
      expect(await other.answer).toBe(200);
      first.sending.destroy();
      await first.answer;
      await expect.poll(same).toBe(undefined);
    });

    it.each(kinds)("that are too slow, as %s", async (type) => {
      const response = await fetch(`${hasty}/v1/predict`, {
        ...{ method: "POST", headers: { "content-type": type }, duplex: "half" },
        body: new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(formHead)) }),
      } as RequestInit);
      expect([response.status, await response.json()]).toEqual([
        408,
        { error: { code: "TIMEOUT", message: expect.stringMatching(/too slowly: less than 10 KiB in 0\.02 seconds/) } },
      ]);
    });
  });

  it.each([
    [{ imgsz: 2048 }, /imgsz 2048 is larger/],
    [{ maxWaiting: 8 }, /only 8 may wait/],
    [{ cors: ["*"] }, /needs an API key/],
    [{ cors: ["https://a.test/path"] }, /is no origin/],
    [{ modelRoots: ["/nowhere/at/all"] }, /no folder/],
    [{ predictKey: key }, /key= must be another one/],
    [{ key, predictKey: key }, /key= must be another one/],
  ])("that make no sense are refused: %j", async (settings, message) => {
    await expect(createApp({ ...settings, runsRoot: temporaryFolder(), log: "none" })).rejects.toThrow(message);
  });
});

describe("startService", () => {
  it("refuses to listen for others without a key, unless it may show a new one", async () => {
    const settings = { ...{ host: "0.0.0.0", port: 0, runsRoot: temporaryFolder(), workers: 1 }, log: "none" } as const;
    await expect(startService(settings, { mayMakeKey: false })).rejects.toThrow(/needs an API key.*LOOKONCE_KEY/);
    const { url, newKey, stop } = await startService(settings, { mayMakeKey: true });
    const address = url.replace("0.0.0.0", "127.0.0.1");
    expect([(await fetch(`${address}/v1/models`)).status, newKey?.length]).toEqual([401, 43]);
    expect((await fetch(`${address}/v1/models`, bearer(newKey as string))).status).toBe(200);
    const taken = { ...settings, host: "127.0.0.1", port: Number(new URL(url).port), runsRoot: temporaryFolder() };
    await expect(startService(taken, { mayMakeKey: false })).rejects.toThrow(/taken by another program/);
    await stop();
  });
});

describe("the studio", () => {
  it("is served to everyone, isolated from other pages, and may compile WebAssembly", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "index.html"), "studio");
    const { app } = await testService({ key: "k".repeat(32), studio: folder });
    const { body, headers } = await app.inject({ url: "/studio/" });
    expect(body).toBe("studio");
    expect(headers).toMatchObject({
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "content-security-policy": expect.stringMatching(/default-src 'self'.*script-src 'self' 'wasm-unsafe-eval'/),
    });
    expect((await app.inject({ url: "/studio" })).headers.location).toBe("/studio/");
    expect((await app.inject({ url: "/" })).headers["content-security-policy"]).not.toContain("wasm");
  });
});
