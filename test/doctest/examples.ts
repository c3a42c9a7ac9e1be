import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A ```ts block of the documentation that is to be run. */
export interface DocExample {
  /** File and line where the block starts, e.g. `README.md:12`. */
  readonly where: string;
  readonly code: string;
  /** What it says that it prints; null if it does not say. */
  readonly output: string | null;
}

/**
 * The runnable examples of a Markdown file: its ```ts blocks. A ```text block right after one is its output.
 */
export function markdownExamples(file: string): DocExample[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```\n(?:\s*^```text\n(.*?)^```)?/gms)].map((match) =>
    docExample(file, text, match, match[1], match[2]),
  );
}

/** The runnable examples of TypeScript sources: the ```ts block of each `@example` of a doc comment. */
export function sourceExamples(folder: string): DocExample[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(file, 'utf8');
      return [...text.matchAll(/^ *\* @example[^\n]*\n *\* ```ts\n(.*?)^ *\* ```/gms)].map((match) =>
        docExample(file, text, match, match[1].replace(/^ *\* ?/gm, '')),
      );
    });
}

/** Without a block of its own, the output is what the comments say: `console.log(1 + 2); // 3` or `// → 3`. */
function docExample(
  file: string,
  text: string,
  match: RegExpExecArray,
  code: string,
  block?: string,
): DocExample {
  const line = text.slice(0, match.index).split('\n').length;
  const comments = [...code.matchAll(/console\.log\(.*\);? *\/\/ (?:→ )?(.*)$/gm)].map(
    ([, printed]) => printed,
  );
  const output = block?.trimEnd() ?? (comments.length > 0 ? comments.join('\n') : null);
  return { where: `${file}:${line}`, code, output };
}
