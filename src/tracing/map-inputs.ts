import type { AxesRequests } from './axes.js';
import type { Tree } from './tree.js';

/** Applies `f` to every leaf of a tree of inputs and to what the network asks of that input's axes. */
export function mapInputs<Leaf extends object, Result>(
  inputs: Tree<Leaf>,
  requests: AxesRequests,
  f: (leaf: Leaf, requests: AxesRequests) => Result,
): Tree<Result> {
  if (!Array.isArray(inputs)) return f(inputs as Leaf, requests);
  const own = Array.isArray(requests) && requests.length === inputs.length ? requests : null;
  return inputs.map((branch, i) => mapInputs(branch as Tree<Leaf>, own ? own[i] : requests, f));
}
