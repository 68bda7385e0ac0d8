/** The blocks of a Markdown text that are commands of a shell: the line number of the fence, and the text. */
export function shellBlocks(markdown: string): { line: number; text: string }[] {
  const blocks: { line: number; text: string }[] = [];
  let open: { line: number; lines: string[] } | undefined;
  for (const [i, line] of markdown.split("\n").entries()) {
    if (open === undefined && /^\s*```(sh|bash|shell|console)\b/.test(line)) open = { line: i + 1, lines: [] };
    else if (open !== undefined && /^\s*```\s*$/.test(line)) {
      blocks.push({ line: open.line, text: open.lines.join("\n") });
      open = undefined;
    } else open?.lines.push(line);
  }
  return blocks;
}

/** A word of a shell, an operator between commands, or the end of a line; escaped line ends and comments are skipped. */
const token =
  /\\\n|#[^\n]*|(?:"(?:\\.|[^"\\])*"|'[^']*'|\$\([^)]*\)|<\([^)]*\)|\\.|[^\s"'#;&|<>()\\]|(?<=\S)#)+|[;&|()\n]+|[<>]+/g;

/** The commands of a shell's text, each a list of words. Enough for documentation: no here-documents, loops or functions. */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [[]];
  let skips = false;
  for (const [word] of text.matchAll(token)) {
    if (/^\\\n|^#/.test(word)) continue;
    if (/^[<>]/.test(word)) skips = true;
    else if (/^[;&|()\n]/.test(word)) commands.push([]);
    else if (skips) skips = false;
    else
      commands.at(-1)?.push(word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double, single) => double ?? single));
  }
  return commands.filter((words) => words.length > 0);
}
