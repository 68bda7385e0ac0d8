import type { PlainBox } from "@lookonce/inference";

/** How far the detections of two engines on one picture lie apart. */
export interface Agreement {
  /** Detections of each. */
  counts: [number, number];
  /** Largest distance of corresponding sides, in pixels; infinite when a detection has no counterpart. */
  pixels: number;
  /** Largest difference of corresponding confidences. */
  confidence: number;
}

/** Compares detections: each with the nearest of the same class on the other side. */
export function agreementOf(ours: readonly PlainBox[], theirs: readonly PlainBox[]): Agreement {
  const agreement: Agreement = {
    counts: [ours.length, theirs.length],
    pixels: ours.length === theirs.length ? 0 : Number.POSITIVE_INFINITY,
    confidence: 0,
  };
  for (const box of ours) {
    const candidates = theirs.filter((other) => other.class === box.class);
    const nearest = candidates.sort((a, b) => distance(a, box) - distance(b, box))[0];
    agreement.pixels = Math.max(
      agreement.pixels,
      nearest === undefined ? Number.POSITIVE_INFINITY : distance(nearest, box),
    );
    agreement.confidence = Math.max(agreement.confidence, Math.abs((nearest?.confidence ?? 0) - box.confidence));
  }
  return agreement;
}

function distance(a: PlainBox, b: PlainBox): number {
  return Math.max(Math.abs(a.x1 - b.x1), Math.abs(a.y1 - b.y1), Math.abs(a.x2 - b.x2), Math.abs(a.y2 - b.y2));
}
