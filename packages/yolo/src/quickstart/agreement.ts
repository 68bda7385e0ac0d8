import type { PlainBox } from "@lookonce/inference";

/** How far the detections of two engines lie apart. */
export interface Agreement {
  /** Detections of each. */
  counts: [number, number];
  /** Largest distance of corresponding sides, in pixels; infinite when a detection has no counterpart. */
  pixels: number;
  /** Largest difference of corresponding confidences. */
  confidence: number;
}

/** Compares two engines' detections on the same images; the worst of each image counts. */
export function agreementOf(
  ours: readonly (readonly PlainBox[])[],
  theirs: readonly (readonly PlainBox[])[],
): Agreement {
  const images = ours.map((boxes, i) => agreementOnImage(boxes, theirs[i] ?? []));
  return {
    counts: [sum(images.map(({ counts }) => counts[0])), sum(images.map(({ counts }) => counts[1]))],
    pixels: Math.max(0, ...images.map(({ pixels }) => pixels)),
    confidence: Math.max(0, ...images.map(({ confidence }) => confidence)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Each detection is compared with the nearest of the same class on the other side. */
function agreementOnImage(ours: readonly PlainBox[], theirs: readonly PlainBox[]): Agreement {
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
