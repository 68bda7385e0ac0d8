const simpleEscapes: Record<string, string> = { "\\": "\\", "'": "'", '"': '"', n: "\n", r: "\r", t: "\t", a: "\x07" };

/** The text of a Python string literal with its quotes, as protocol 0 writes them; `undefined` when it is none. */
export function parseStringLiteral(literal: string): string | undefined {
  const match = /^(['"])(.*)\1$/s.exec(literal);
  if (match === null) return undefined;
  return (match[2] as string).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/gs, (whole, code: string) => {
    if (code.length === 3 && code.startsWith("x")) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]+$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return simpleEscapes[code] ?? whole;
  });
}

/** Undoes Python's raw-unicode-escape, protocol 0's way to write text. */
export function parseRawUnicode(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? "", 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** A whole number in decimal, as a `bigint` when a double cannot represent it; `undefined` when the text is none. */
export function parseInteger(text: string): number | bigint | undefined {
  if (!/^[+-]?\d{1,2500}$/.test(text)) return undefined;
  return narrow(BigInt(text.startsWith("+") ? text.slice(1) : text));
}

/** A little-endian two's complement number of any length. */
export function integerFromBytes(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  return narrow(bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, value));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
