export function extractExamples(markdown: string): { run: boolean; line: number; code: string }[];
