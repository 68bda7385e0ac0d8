/** The words of a command line up to the cursor, as a shell splits it; the last one is being written and may be empty. */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const letter = line[i] as string;
    if (quote !== "") {
      if (letter === quote) quote = "";
      else word += letter;
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === "\\" && i + 1 < line.length) word += line[++i];
    else if (/\s/.test(letter)) {
      if (word !== "") words.push(word);
      word = "";
    } else word += letter;
  }
  return [...words, word];
}
