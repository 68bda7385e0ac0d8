export interface StreamEvent {
  id?: string;
  type: string;
  data: string;
}

/**
 * Reads server-sent events (WHATWG HTML, 9.2) from pieces of text that may end anywhere. Comments, which keep the
 * connection alive, are passed over.
 */
export class EventParser {
  #rest = "";
  #type = "";
  #data: string[] = [];
  #id: string | undefined;

  /** The events that this piece completes. */
  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() as string;
    for (const line of lines) {
      if (line === "") this.#finish(events);
      else this.#field(line);
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id") this.#id = value;
  }

  #finish(events: StreamEvent[]): void {
    if (this.#data.length > 0) {
      const event = { type: this.#type || "message", data: this.#data.join("\n") };
      events.push(this.#id === undefined ? event : { id: this.#id, ...event });
    }
    this.#type = "";
    this.#data = [];
  }
}
