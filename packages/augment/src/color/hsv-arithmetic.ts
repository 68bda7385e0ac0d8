import { roundHalfEven } from "@lookonce/geometry";

/** Reciprocals in 1/4096 by which OpenCV's 8-bit conversion to HSV divides. */
export interface HsvDivisions {
  /** 255 / value. */
  saturationDivision: Int32Array;
  /** 30 / (highest − lowest): a sixth of the circle is 30 steps. */
  hueDivision: Int32Array;
}

/**
 * What is needed to go back: a pixel's channels are the value, the value times `lowest`, and the value times `middle`.
 * Which channel is which depends on the sixth of the circle that the hue lies in.
 */
export interface HsvInverse {
  /** Factor of the middle channel, at `hue · 256 + saturation`. */
  middle: Float32Array;
  /** Factor of the lowest channel by saturation. */
  lowest: Float32Array;
  /** By hue, the indices (0 red, 1 green, 2 blue) of the channel with the value · 1, the middle · 4, the lowest · 16. */
  places: Uint8Array;
}

let divisions: HsvDivisions | undefined;
let inverse: HsvInverse | undefined;

/** Tables that depend on nothing; made at first use. */
export function hsvDivisions(): HsvDivisions {
  divisions ??= {
    saturationDivision: Int32Array.from({ length: 256 }, (_, i) => (i === 0 ? 0 : roundHalfEven((255 * 4096) / i))),
    hueDivision: Int32Array.from({ length: 256 }, (_, i) => (i === 0 ? 0 : roundHalfEven((180 * 4096) / (6 * i)))),
  };
  return divisions;
}

/** Tables that depend on nothing; made at first use. */
export function hsvInverse(): HsvInverse {
  inverse ??= makeInverse();
  return inverse;
}

/** For each sixth of the circle: the channel of the value, the middle one, the lowest. */
const order: readonly (readonly [number, number, number])[] = [
  [0, 1, 2],
  [1, 0, 2],
  [1, 2, 0],
  [2, 1, 0],
  [2, 0, 1],
  [0, 2, 1],
];

function makeInverse(): HsvInverse {
  const tables: HsvInverse = {
    middle: new Float32Array(180 * 256),
    lowest: new Float32Array(256),
    places: new Uint8Array(180),
  };
  const byte = Math.fround(1 / 255);
  for (let s = 0; s < 256; s++) tables.lowest[s] = 1 - Math.fround(s * byte);
  for (let h = 0; h < 180; h++) {
    // OpenCV keeps the position within the sixth in single precision; fractions are cut off later, so it shows
    const place = Math.fround(h * Math.fround(6 / 180));
    const sixth = Math.floor(place);
    const part = Math.fround(place - sixth);
    const distance = sixth % 2 === 0 ? Math.fround(1 - part) : part;
    for (let s = 0; s < 256; s++) tables.middle[h * 256 + s] = 1 - Math.fround(s * byte) * distance;
    const [first, second, third] = order[sixth] as readonly [number, number, number];
    tables.places[h] = first | (second << 2) | (third << 4);
  }
  return tables;
}
