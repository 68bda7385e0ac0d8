import { readPicture } from "lookonce";
import type { Ticket, TicketBatch } from "./batch-queue.ts";
import { type DecodedPicture, sendError } from "./messages.ts";

/** A batch whose pictures can be looked at. */
export interface DecodedBatch extends TicketBatch {
  /** Pictures of the tickets. */
  readonly pictures: DecodedPicture[];
}

/**
 * Decodes a batch's pictures, side by side on the decoder's own threads, while the workers look at others. A picture that
 * cannot be decoded has its answer with that, and leaves the batch.
 */
export async function decodeBatch(batch: TicketBatch): Promise<DecodedBatch> {
  const decoded = await Promise.all(batch.tickets.map(decode));
  const whole = decoded.filter((each) => each !== undefined);
  return {
    ...batch,
    tickets: whole.map(({ ticket }) => ticket),
    pictures: whole.map(({ picture, ticket: { options } }) => ({ picture, options })),
  };
}

async function decode(ticket: Ticket): Promise<{ ticket: Ticket; picture: DecodedPicture["picture"] } | undefined> {
  try {
    return { ticket, picture: await readPicture(ticket.file) };
  } catch (error) {
    ticket.resolve({ error: sendError(error) }, performance.now() - ticket.since);
    return undefined;
  }
}
