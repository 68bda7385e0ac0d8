import { readImage } from "lookonce";
import type { Ticket, TicketBatch } from "./batch-queue.ts";
import { type DecodedImage, sendError } from "./messages.ts";

/** A batch whose images can be looked at. */
export interface DecodedBatch extends TicketBatch {
  /** Images of the tickets. */
  readonly images: DecodedImage[];
}

/**
 * Decodes a batch's images, side by side on the decoder's own threads, while the workers look at others. An image that
 * cannot be decoded has its answer with that, and leaves the batch.
 */
export async function decodeBatch(batch: TicketBatch): Promise<DecodedBatch> {
  const decoded = await Promise.all(batch.tickets.map(decode));
  const whole = decoded.filter((each) => each !== undefined);
  return {
    ...batch,
    tickets: whole.map(({ ticket }) => ticket),
    images: whole.map(({ image, ticket: { options } }) => ({ image, options })),
  };
}

async function decode(ticket: Ticket): Promise<{ ticket: Ticket; image: DecodedImage["image"] } | undefined> {
  try {
    return { ticket, image: await readImage(ticket.file) };
  } catch (error) {
    ticket.resolve({ error: sendError(error) }, performance.now() - ticket.since);
    return undefined;
  }
}
