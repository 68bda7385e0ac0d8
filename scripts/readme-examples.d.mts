export function extractExamples(markdown: string): { run: boolean; line: number; code: string }[];

/** What cannot be parsed among a page's blocks of JavaScript, JSON and YAML: the line of the fence, and why. */
export function unreadableBlocks(markdown: string): string[];
