import type { Browser, BrowserContextOptions, Page } from "@lookonce/testing";
import { launchChromium } from "@lookonce/testing";
import { afterAll, afterEach, beforeAll } from "vitest";
import { expectNoComplaints, openPage, type TestPage } from "./test-page.ts";
import { startTestService, type TestService } from "./test-service.ts";

/** A service and a browser for a block of tests, and the page that a test opens. */
export class TestSite {
  #running: { browser: Browser; service: TestService } | undefined;
  #opened: TestPage | undefined;

  /**
   * Starts them before the block's tests and ends them after these. After each test its page is closed, and must have had no
   * complaints.
   *
   * @param start starts the service
   * @param ignored what the browser complains about in pages that are right
   */
  constructor(start: () => Promise<TestService> = startTestService, ignored?: RegExp) {
    beforeAll(async () => {
      const [browser, service] = await Promise.all([launchChromium(), start()]);
      this.#running = { browser, service };
    });
    afterAll(async () => {
      await this.#running?.browser.close();
      await this.#running?.service.end();
    });
    afterEach(async () => {
      const opened = this.#opened;
      this.#opened = undefined;
      if (opened === undefined) return;
      const complaints = opened.complaints.filter((text) => !ignored?.test(text));
      expectNoComplaints({ ...opened, complaints });
      await opened.page.context().close();
    });
  }

  get browser(): Browser {
    return this.#started.browser;
  }

  get service(): TestService {
    return this.#started.service;
  }

  /** Opens a view of the page, such as `#/train`. */
  async open(view = "", options: BrowserContextOptions = {}): Promise<Page> {
    this.#opened = await openPage(this.browser, { url: `${this.service.url}/${view}`, ...options });
    return this.#opened.page;
  }

  /** Forgets what the browser has complained about so far. */
  forgive(): void {
    this.#opened?.complaints.splice(0);
  }

  get #started(): { browser: Browser; service: TestService } {
    if (this.#running === undefined) throw new Error("The service has not been started yet.");
    return this.#running;
  }
}
