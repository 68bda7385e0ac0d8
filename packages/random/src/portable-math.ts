/*
 * JavaScript engines compute Math.sin, Math.cos and powers differently in the last bit, also from one version of V8 to the next. What
 * is drawn or computed from a seed must not depend on that. Math.exp, Math.log, Math.tan, Math.cbrt and square roots agree.
 */

/** Cosine of an angle in radians of up to ±10⁵, the same in every engine, within one unit in the last place. */
export function cosine(angle: number): number {
  return quarterTurns(angle, 1);
}

/** Sine of an angle in radians of up to ±10⁵, the same in every engine, within one unit in the last place. */
export function sine(angle: number): number {
  return quarterTurns(angle, 0);
}

/** A power of a number that is not negative, the same in every engine. */
export function power(base: number, exponent: number): number {
  return Math.exp(exponent * Math.log(base));
}

/** π/2 in three parts, whose products with whole numbers of 20 bits are exact. */
const [firstPart, secondPart, thirdPart] = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21];

/** The sine of an angle and `quarters` quarters of a turn, by the nearest multiple of a quarter (fdlibm's polynomials). */
function quarterTurns(angle: number, quarters: number): number {
  const turns = Math.round(angle * (2 / Math.PI));
  // What is left of the angle, within ±π/4, and what that number lacks of it
  const first = angle - turns * firstPart;
  const product = turns * secondPart;
  const second = first - product;
  const lost = first - second - product - turns * thirdPart;
  const rest = second + lost;
  const tail = second - rest + lost;
  const quadrant = (((turns + quarters) % 4) + 4) % 4;
  const value = quadrant % 2 === 0 ? sineBelow(rest, tail) : cosineBelow(rest, tail);
  return quadrant < 2 ? value : -value;
}

function sineBelow(x: number, tail: number): number {
  const z = x * x;
  const cube = z * x;
  const r =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x - (z * (0.5 * tail - cube * r) - tail + cube * 0.16666666666666632);
}

function cosineBelow(x: number, tail: number): number {
  const z = x * x;
  const r =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  const half = 0.5 * z;
  const most = 1 - half;
  return most + (1 - most - half + (z * r - x * tail));
}
