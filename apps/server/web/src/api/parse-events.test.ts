import { describe, expect, it } from "vitest";
import { EventParser, type StreamEvent } from "./parse-events.ts";

const text =
  'retry: 2000\n\n: still there\n\nid: 1\nevent: log\ndata: {"message":"a: b"}\n\nid: 2\r\nevent: batch\r\ndata: one\r\ndata:two\r\n\r\nid: 3\ndata: plain\n\nid: 4\ndata: cut off';

const expected: StreamEvent[] = [
  { id: "1", type: "log", data: '{"message":"a: b"}' },
  { id: "2", type: "batch", data: "one\ntwo" },
  { id: "3", type: "message", data: "plain" },
];

describe("EventParser", () => {
  it("reads events, passes comments over, and keeps back what is not complete", () => {
    expect(new EventParser().push(text)).toEqual(expected);
  });

  it("reads the same from pieces that end anywhere", () => {
    for (let at = 1; at < text.length; at++) {
      const parser = new EventParser();
      expect([...parser.push(text.slice(0, at)), ...parser.push(text.slice(at))], `cut at ${at}`).toEqual(expected);
    }
    const parser = new EventParser();
    expect([...text].flatMap((letter) => parser.push(letter))).toEqual(expected);
  });
});
