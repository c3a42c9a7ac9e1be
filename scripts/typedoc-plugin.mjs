// Orders the API pages: what lies in a folder of src/ becomes a category, and all errors of a function one list.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';
import { MemberRouter } from 'typedoc-plugin-markdown';

const src = fileURLToPath(new URL('../src/', import.meta.url));

/** A folder and its category, in the order of the sidebar; of several that fit, the longest counts. */
const categories = {
  stax: 'Networks',
  'stax/layer': 'Layers',
  'stax/combinators': 'Combinators',
  'stax/weights': 'Layers with weights',
  'stax/windows': 'Convolutions',
  'stax/nonlinearities': 'Nonlinearities',
  'stax/pooling': 'Pooling',
  'stax/normalization': 'Normalization',
  'stax/reshaping': 'Shapes',
  kernel: 'Kernels',
  inputs: 'Kernels',
  gram: 'Gram matrices',
  explain: 'Gram matrices',
  regression: 'Regression',
  predict: 'Prediction',
  finite: 'Finite networks',
  distill: 'Distillation',
  synthesis: 'Distillation',
  data: 'Data',
  random: 'Random numbers',
  plot: 'Pictures',
  base: 'Arrays and errors',
  tracing: 'Programs',
  program: 'Programs',
  executors: 'Engine',
  wasm: 'Engine',
  linalg: 'Engine',
};

/** Short addresses: `stax/functions/Conv`. */
class Router extends MemberRouter {
  getNamespaceDirectory(reflection) {
    return reflection.name;
  }

  /** A page called index would be its folder's own. */
  getReflectionFileName(reflection) {
    const name = super.getReflectionFileName(reflection);
    return name.toLowerCase() === 'index' ? `${name}-layer` : name;
  }
}

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.renderer.defineRouter('short', Router);
  app.converter.on(
    Converter.EVENT_RESOLVE_BEGIN,
    ({ project }) => {
      for (const reflection of project.getReflectionsByKind(ReflectionKind.All)) {
        joinThrows(reflection.comment);
        const { parent } = reflection;
        if (!parent?.kindOf(ReflectionKind.SomeModule) && parent !== project) continue;
        const category = categoryOf(project.getSymbolIdFromReflection(reflection)?.fileName);
        if (category !== undefined) addCategory(reflection, category);
      }
    },
    undefined,
    1000,
  );
}

function categoryOf(file) {
  if (file === undefined) return undefined;
  const folder = path.relative(src, path.resolve(file)).split(path.sep).slice(0, -1);
  for (let depth = folder.length; depth > 0; depth--) {
    const category = categories[folder.slice(0, depth).join('/')];
    if (category !== undefined) return category;
  }
  return undefined;
}

/** A function has its comments at its signatures; one at the function itself would hide them. */
function addCategory(reflection, category) {
  const tag = () => new CommentTag('@category', [{ kind: 'text', text: category }]);
  const signatures = reflection.signatures ?? [];
  const documented = signatures.filter(({ comment }) => comment !== undefined);
  for (const { comment } of documented) comment.blockTags.push(tag());
  if (documented.length > 0) return;
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(tag());
}

/** Several `@throws` as one list under one heading. */
function joinThrows(comment) {
  const all = comment?.getTags('@throws') ?? [];
  if (all.length < 2) return;
  const items = all.flatMap(({ content }) => [
    { kind: 'text', text: '- ' },
    ...content.map((part) =>
      part.kind === 'text' ? { ...part, text: part.text.replaceAll('\n', '\n  ') } : part,
    ),
    { kind: 'text', text: '\n' },
  ]);
  comment.removeTags('@throws');
  comment.blockTags.push(new CommentTag('@throws', items));
}
