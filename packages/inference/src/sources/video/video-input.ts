import { LookonceError } from "@lookonce/errors";
import { dirname, join, openRegular, readRegular, textOf } from "@lookonce/files";
import { kindOfFile } from "../file-kinds.ts";

/**
 * Formats that contain their frames. Those that refer to other files or hosts (HLS, DASH, concat scripts, SDP) are not among
 * them, whatever a file is called.
 */
const formats =
  "asf,avi,dv,flv,h264,hevc,ivf,live_flv,m4v,matroska,mjpeg,mov,mpeg,mpegts,mpegvideo,mpjpeg,mxf,nut,obu,ogg,yuv4mpegpipe";

/** Formats of a playlist's segments, beyond those. */
const segmentFormats = "hls,aac,ac3,eac3,mp3,webvtt";

const http = "http,https,tls,tcp,httpproxy,crypto";

/** Protocols by the scheme of the address that was asked for, and those that carry them. */
const protocols: Record<string, string> = {
  "http:": http,
  "https:": "https,tls,tcp,httpproxy,crypto",
  "rtsp:": "rtsp,tcp,udp,rtp,srtp",
  "rtsps:": "rtsp,rtsps,tls,tcp,udp,rtp,srtp",
  "rtmp:": "rtmp,tcp",
  "rtmps:": "rtmps,rtmp,tls,tcp",
  "srt:": "srt,udp",
  "udp:": "udp",
  "tcp:": "tcp",
  "rtp:": "rtp,srtp,udp",
  "mms:": "mms,mmst,mmsh,http,tcp",
  "mmsh:": "mmsh,http,tcp",
};

/** Schemes of broadcasts. */
export const liveSchemes: readonly string[] = Object.keys(protocols).filter((scheme) => !scheme.startsWith("http"));

/** ffmpeg's arguments for a video file; a name that begins with a dash or has a colon in it is a file's, too. */
export function fileInput(path: string): string[] {
  const isPlaylist = kindOfFile(path) === "playlist";
  return [
    ...["-protocol_whitelist", isPlaylist ? "file,crypto" : "file"],
    ...["-format_whitelist", isPlaylist ? `${formats},${segmentFormats}` : formats, "-i", `file:${path}`],
  ];
}

/** ffmpeg's arguments for a video on its standard input. */
export const pipeInput: readonly string[] = [
  ...["-protocol_whitelist", "pipe", "-format_whitelist", formats, "-i", "pipe:0"],
];

/** ffmpeg's arguments for an address: what comes from there cannot make it open files, or hosts in other ways. */
export function addressInput(address: string): string[] {
  return ["-protocol_whitelist", protocols[new URL(address).protocol] ?? http, "-i", address];
}

/**
 * Checks a file before ffmpeg opens it.
 *
 * @throws LookonceError `FORMAT` when it is no regular file, empty, or a playlist that refers to files outside of its folder
 */
export async function checkVideoFile(path: string): Promise<void> {
  const file = await openRegular(path, { what: "video", maxBytes: Number.POSITIVE_INFINITY });
  const { size } = await file.stat().finally(() => file.close());
  if (size === 0) throw new LookonceError("FORMAT", `${path} is no video: it has no bytes.`);
  if (kindOfFile(path) === "playlist") await checkPlaylist(path, new Set());
}

/** Checks a playlist (RFC 8216) and those that it refers to. */
async function checkPlaylist(path: string, seen: Set<string>): Promise<void> {
  if (seen.has(path)) return;
  seen.add(path);
  const text = textOf(await readRegular(path, { what: "playlist", maxBytes: 2 ** 22 }));
  if (!text.startsWith("#EXTM3U")) {
    throw new LookonceError("UNSUPPORTED", `${path} is no HLS playlist: pass the video itself, or the address.`);
  }
  for (const line of text.split(/[\n\r\0]+/)) {
    const places = line.startsWith("#") ? [...line.matchAll(/URI="?([^",]*)/g)].map(([, place]) => place) : [line];
    for (const place of places) {
      if (place === undefined) continue;
      if (/^\s*([a-z][a-z\d+.,-]*:|[/\\])|(^|[/\\])\.\.([/\\]|$)/i.test(place)) {
        const where = `${path} refers to ${place.slice(0, 200)}`;
        throw new LookonceError("FORMAT", `${where}; a playlist in a file may refer to its own folder only.`);
      }
      if (kindOfFile(place) === "playlist") await checkPlaylist(join(dirname(path), place), seen);
    }
  }
}
