import { extname } from "node:path";

/** Endings of images. HEIC cannot be decoded; such files are listed so that they do not vanish in silence. */
export const imageExtensions: ReadonlySet<string> = new Set([
  ...[".avif", ".bmp", ".gif", ".jfif", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp"],
  ...[".heic", ".heif"],
]);

/** Endings of videos. */
export const videoExtensions: ReadonlySet<string> = new Set([
  ...[".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv"],
  ...[".ts", ".webm", ".wmv"],
]);

/** Endings of playlists that ffmpeg follows. */
const playlistExtensions: ReadonlySet<string> = new Set([".m3u8", ".mpd"]);

/** What a file is by its name. */
export type FileKind = "image" | "video" | "playlist" | "list" | "other";

/** What a path or an address's path is by its ending. */
export function kindOfFile(path: string): FileKind {
  const extension = extname(path).toLowerCase();
  if (imageExtensions.has(extension)) return "image";
  if (videoExtensions.has(extension)) return "video";
  if (playlistExtensions.has(extension)) return "playlist";
  return extension === ".txt" || extension === ".csv" ? "list" : "other";
}
