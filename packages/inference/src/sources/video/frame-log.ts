/** How long a line that must have been written is waited for, in milliseconds: it comes on another pipe than the frame. */
const patience = 200;

/** What ffmpeg's log tells while it decodes: when each frame is shown, and how many come in a second. */
export class FrameLog {
  /** Frames a second, once the log has told. */
  rate: number | undefined;
  readonly #times: (number | undefined)[] = [];
  #arrived: (() => void) | undefined;
  #silent = false;

  /** A line of the log. */
  line(text: string): void {
    const time = /\bframe:\d+ +pts:\S+ +pts_time:(\S+)/.exec(text)?.[1];
    if (time !== undefined) {
      const seconds = Number(time);
      this.#times.push(Number.isFinite(seconds) ? seconds : undefined);
      this.#arrived?.();
    } else if (this.rate === undefined) {
      const rate = /Stream #.*Video:.*?([\d.]+) (?:fps|tbr)/.exec(text)?.[1];
      if (rate !== undefined && Number(rate) > 0) this.rate = Number(rate);
    }
  }

  /** Seconds at which the next frame is shown; `undefined` where the log does not tell. */
  async nextTime(): Promise<number | undefined> {
    if (this.#times.length === 0 && !this.#silent) {
      await this.#wait();
      this.#silent = this.#times.length === 0;
    }
    return this.#times.shift();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.#arrived = () => {
        clearTimeout(timer);
        this.#arrived = undefined;
        resolve();
      };
    });
  }
}
