import temml from "temml";
import type { Markdown } from "./links.ts";

/** Formulas between `$` or `$$`, as GitHub shows them, as MathML. */
export function renderMath(markdown: Markdown): void {
  markdown.inline.ruler.after("escape", "math", (state, silent) => {
    const match = /^\$([^\s$](?:[^$]*[^\s$])?)\$(?!\d)/.exec(state.src.slice(state.pos));
    if (match === null) return false;
    if (!silent) state.push("math", "math", 0).content = match[1] as string;
    state.pos += match[0].length;
    return true;
  });
  markdown.block.ruler.before(
    "fence",
    "math_block",
    (state, startLine, endLine, silent) => {
      const line = (number: number): string =>
        state.src.slice((state.bMarks[number] ?? 0) + (state.tShift[number] ?? 0), state.eMarks[number]).trim();
      if (line(startLine) !== "$$") return false;
      let end = startLine + 1;
      while (end < endLine && line(end) !== "$$") end++;
      if (end === endLine) return false;
      if (silent) return true;
      const token = state.push("math_block", "math", 0);
      token.content = state.getLines(startLine + 1, end, 0, false);
      token.map = [startLine, end + 1];
      state.line = end + 1;
      return true;
    },
    { alt: ["paragraph", "reference", "blockquote", "list"] },
  );
  // Vue's compiler leaves formulas alone: their braces may be doubled. Letters are set by the style sheet, since browsers use
  // characters for italic letters in formulas that many systems have in no font
  const render = (tex: string, displayMode: boolean): string =>
    temml
      .renderToString(tex, { displayMode, throwOnError: true })
      .replace("<math", "<math v-pre")
      .replaceAll(/<mi>(?=.<\/mi>)/gu, '<mi class="letter">');
  markdown.renderer.rules.math = (tokens, i) => render(tokens[i]?.content ?? "", false);
  // One that is wider than a phone is scrolled, by keys too
  markdown.renderer.rules.math_block = (tokens, i) =>
    `<div class="formula" tabindex="0" role="group" aria-label="formula">${render(tokens[i]?.content ?? "", true)}</div>\n`;
}
