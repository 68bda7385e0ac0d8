import sax from "sax";

/** What is called while XML is read; a path is the names of the open elements, such as `annotation/object/name`. */
export interface XmlHandlers {
  open?(path: string, attributes: Readonly<Record<string, string>>): void;
  /** @param text of the element itself, without that of elements in it, trimmed */
  close?(path: string, text: string): void;
}

/** Elements within each other; annotations have six. */
const maxDepth = 32;

/** Characters of one text, attribute or name: outlines of 100,000 points stay below. */
const maxCharacters = 4_000_000;

/**
 * Reads XML piece by piece. Of entities only the five that XML defines are known, so that nothing expands; DOCTYPE declarations and
 * comments are passed over. What is not well-formed, or too deep, is an `Error` with the line.
 */
export class XmlReader {
  readonly #parser = sax.parser(true, { trim: true });
  readonly #path: string[] = [];
  #text = "";
  #length = 0;
  #isFirst = true;

  constructor({ open, close }: XmlHandlers) {
    // The parser's own limit, 64 KiB, depends on where pieces end
    Object.assign(sax, { MAX_BUFFER_LENGTH: maxCharacters });
    const parser = this.#parser;
    parser.onopentag = ({ name, attributes }) => {
      if (this.#path.length === maxDepth) throw new Error(`elements lie too deep in each other, ${this.#place()}`);
      this.#path.push(name);
      this.#text = "";
      this.#length = 0;
      open?.(this.#path.join("/"), attributes as Record<string, string>);
    };
    const addText = (piece: string): void => {
      this.#length += piece.length;
      if (this.#length > maxCharacters) throw new Error(`a text is too long, ${this.#place()}`);
      this.#text += piece;
    };
    parser.ontext = addText;
    parser.oncdata = addText;
    parser.onclosetag = () => {
      close?.(this.#path.join("/"), this.#text.trim());
      this.#path.pop();
      this.#text = "";
    };
    parser.onerror = (error) => {
      throw new Error(error.message.split("\n").slice(0, 2).join(", "));
    };
  }

  write(piece: string): void {
    this.#parser.write(this.#isFirst ? piece.replace(/^\uFEFF/, "") : piece);
    this.#isFirst &&= piece === "";
  }

  close(): void {
    this.#parser.close();
  }

  #place(): string {
    return `Line: ${this.#parser.line}`;
  }
}
