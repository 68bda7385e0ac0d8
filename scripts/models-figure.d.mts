export function modelDocuments(
  nn: typeof import("@lookonce/nn"),
  current?: (path: string) => string,
): Map<string, string>;
