export function modelDocuments(
  nn: typeof import("@lookonce/nn"),
  current?: (path: string) => string,
): Map<string, string>;

export function withTables(text: string, page: { path: string; tables: string }): string;
