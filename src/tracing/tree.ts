/** A value, or a list of trees of such values: what flows between `FanOut` and `FanInSum`. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[];

/** The tree of the same form as `Form` with `Leaf` at its leaves. */
export type TreeLike<Form, Leaf> = Form extends readonly (infer Branch)[] ? TreeLike<Branch, Leaf>[] : Leaf;

/** Sizes of one array, without or with the batch. */
export type Shape = readonly number[];

/** Applies `f` to every leaf of a tree, keeping its form. */
export function mapTree<Leaf extends object, Result>(
  tree: Tree<Leaf>,
  f: (leaf: Leaf) => Result,
): Tree<Result> {
  return Array.isArray(tree) ? tree.map((branch) => mapTree(branch as Tree<Leaf>, f)) : f(tree as Leaf);
}

/** Applies `f` to every shape of a tree of shapes: there a list that starts with a number is a leaf. */
export function mapShapes<Result>(tree: Tree<Shape>, f: (shape: Shape) => Result): Tree<Result> {
  return isShape(tree) ? f(tree) : tree.map((branch) => mapShapes(branch, f));
}

/** The leaves of a tree, first to last. */
export function leavesOf<Leaf extends object>(tree: Tree<Leaf>): Leaf[] {
  return Array.isArray(tree) ? tree.flatMap((branch) => leavesOf(branch as Tree<Leaf>)) : [tree as Leaf];
}

/** Whether a tree of shapes is one shape. */
export function isShape(tree: Tree<Shape>): tree is Shape {
  return !Array.isArray(tree[0]);
}
