export interface VocabularyEntry {
  use: string;
  words: RegExp | undefined;
  match: RegExp | undefined;
}

export interface FoundWord {
  /** Line and column, from 1. */
  line: number;
  column: number;
  word: string;
  /** What to write in its place. */
  use: string;
}

export function parseVocabulary(text: string): VocabularyEntry[];
export function findWords(text: string, vocabulary: readonly VocabularyEntry[]): FoundWord[];
