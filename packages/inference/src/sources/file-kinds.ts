import { extname } from "@lookonce/files";

/** Endings of images. HEIC cannot be decoded; such files are listed so that they do not vanish in silence. */
export const imageExtensions: ReadonlySet<string> = new Set([
  ...[".avif", ".bmp", ".gif", ".jfif", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp"],
  ...[".heic", ".heif"],
]);

/** What a file is by its name. */
export type FileKind = "image" | "video" | "playlist" | "list" | "other";

const kinds: readonly (readonly [FileKind, ReadonlySet<string>])[] = [
  ["image", imageExtensions],
  [
    "video",
    new Set([
      ...[".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv"],
      ...[".ts", ".webm", ".wmv"],
    ]),
  ],
  // Playlists that ffmpeg follows
  ["playlist", new Set([".m3u8", ".mpd"])],
  ["list", new Set([".txt", ".csv"])],
];

/** What a path or an address's path is by its ending. */
export function kindOfFile(path: string): FileKind {
  const extension = extname(path).toLowerCase();
  return kinds.find(([, extensions]) => extensions.has(extension))?.[0] ?? "other";
}

/** Whether a file is an image or a video by its ending. */
export function isShown(path: string): boolean {
  return ["image", "video"].includes(kindOfFile(path));
}
