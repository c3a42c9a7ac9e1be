import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A ```ts block of the documentation that is to be run. */
export interface DocExample {
  /** File and line where the block starts, e.g. `README.md:12`. */
  readonly where: string;
  readonly code: string;
  /** What it says that it prints; null if it does not say. */
  readonly output: string | null;
}

/**
 * The runnable examples of a Markdown file: its ```ts blocks. A ```text block right after one is its output. A block that
 * begins with ```ts continued goes on where the one before it ended, as one program.
 */
export function markdownExamples(file: string): DocExample[] {
  const text = readFileSync(file, 'utf8');
  const examples: DocExample[] = [];
  for (const match of text.matchAll(/^```ts( continued)?\n(.*?)^```\n(?:\s*^```text\n(.*?)^```)?/gms)) {
    const [, continued, code, output] = match;
    const example = docExample(file, text, match, code, output);
    const before = continued === undefined ? undefined : examples.pop();
    examples.push(before === undefined ? example : joined(before, example));
  }
  return examples;
}

/** The runnable examples of all Markdown files of a folder but those in `except`. */
export function folderExamples(folder: string, except: readonly string[]): DocExample[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !except.includes(name.split(sep)[0]))
    .sort()
    .flatMap((name) => markdownExamples(join(folder, name)));
}

/** One program of two blocks; what it prints is what both print. */
function joined(first: DocExample, second: DocExample): DocExample {
  const outputs = [first.output, second.output].filter((output) => output !== null);
  return {
    where: first.where,
    code: `${first.code}\n${second.code}`,
    output: outputs.length > 0 ? outputs.join('\n') : null,
  };
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
