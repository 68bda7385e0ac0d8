import { ApiError, send } from "./call.ts";
import { EventParser, type StreamEvent } from "./parse-events.ts";

interface FollowOptions {
  onEvent: (event: StreamEvent) => void;
  /** Called with whether the stream is open; it is opened again by itself. */
  onOpen?: (open: boolean) => void;
  signal: AbortSignal;
}

/**
 * Follows a stream of events until the signal or the service ends it. `EventSource` cannot send a key, so the stream is read by `fetch`;
 * a broken one is opened again, after 0.5 s and then ever later, from the last event that was seen.
 *
 * @throws ApiError when the service refuses the stream
 */
export async function followEvents(path: string, { onEvent, onOpen, signal }: FollowOptions): Promise<void> {
  let last: string | undefined;
  let delay = 500;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (last !== undefined) headers["last-event-id"] = last;
      const response = await send(path, { headers, signal });
      if (response.status === 204) return;
      onOpen?.(true);
      const parser = new EventParser();
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
        if (signal.aborted) return;
        for (const event of parser.push(read.value)) {
          last = event.id ?? last;
          delay = 500;
          onEvent(event);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status !== 0 && error.status < 500) throw error;
    }
    if (signal.aborted) return;
    onOpen?.(false);
    await new Promise((resolve) => {
      setTimeout(resolve, delay);
      signal.addEventListener("abort", resolve);
    });
    delay = Math.min(delay * 2, 10_000);
  }
}
