import * as tf from '#tf';

// tfjs differentiates once. To differentiate twice it lacks the derivatives of its gradients' own kernels, and where a
// gradient reads an op's saved result it takes this for a constant. Both are put right here for as long as a
// derivative is recorded, and what tfjs had is put back.

type Gradients = ReturnType<tf.GradConfig['gradFunc']>;

/** A rule without saved results, given the gradient's cotangent and the inputs. */
function rule(
  kernelName: string,
  inputsToSave: string[],
  gradFunc: (dy: tf.Tensor, inputs: tf.Tensor[], attrs: tf.NamedAttrMap) => Gradients,
): tf.GradConfig {
  const rules = gradFunc as unknown as tf.GradConfig['gradFunc'];
  return { kernelName, inputsToSave, gradFunc: rules };
}

/** Of a function of each entry, given its derivative. */
const entrywise = (kernelName: string, derivative: (x: tf.Tensor) => tf.Tensor): tf.GradConfig =>
  rule(kernelName, ['x'], (dy, [x]) => ({ x: () => tf.mul(dy, derivative(x)) }));

/** Of a comparison: nothing flows through it. */
const comparison = (kernelName: string): tf.GradConfig =>
  rule(kernelName, ['a', 'b'], (_, [a, b]) => ({
    a: () => tf.zeros(a.shape),
    b: () => tf.zeros(b.shape),
  }));

interface Window {
  readonly strides: [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly filterSize: [number, number];
  readonly dilations: [number, number];
}

const windowOf = (attrs: tf.NamedAttrMap): Window => attrs as unknown as Window;

const kernel = (name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attrs) as tf.Tensor;

const rules: readonly tf.GradConfig[] = [
  // Rules that read a saved result, by their inputs.
  entrywise('Exp', (x) => tf.exp(x)),
  entrywise('Tanh', (x) => tf.sub(1, tf.square(tf.tanh(x)))),
  entrywise('Sigmoid', (x) => {
    const y = tf.sigmoid(x);
    return tf.mul(y, tf.sub(1, y));
  }),
  entrywise('Elu', (x) => tf.exp(tf.minimum(x, 0))),
  rule('Softmax', ['logits'], (dy, [logits], attrs) => ({
    logits() {
      const dim = attrs.dim as number;
      const y = tf.softmax(logits, dim);
      const weighted = tf.mul(dy, y);
      return tf.sub(weighted, tf.mul(tf.sum(weighted, dim, true), y));
    },
  })),
  ...['Greater', 'Less', 'LessEqual', 'Equal', 'NotEqual'].map(comparison),
  // Of gradients: linear in dy, so that its cotangent is what the forward op makes of the gradient's cotangent.
  rule('Conv2DBackpropFilter', ['x', 'dy'], (cotangent, [x, dy], attrs) => {
    const { strides, pad } = windowOf(attrs);
    const filter = cotangent as tf.Tensor4D;
    return {
      x: () => tf.conv2dTranspose(dy as tf.Tensor4D, filter, x.shape as Shape4, strides, pad),
      dy: () => tf.conv2d(x as tf.Tensor4D, filter, strides, pad),
    };
  }),
  rule('DepthwiseConv2dNativeBackpropFilter', ['x', 'dy'], (cotangent, [x, dy], attrs) => {
    const { strides, pad, dilations } = windowOf(attrs);
    const name = 'DepthwiseConv2dNativeBackpropInput';
    return {
      x: () => kernel(name, { dy, filter: cotangent }, { ...attrs, inputShape: x.shape }),
      dy: () =>
        tf.depthwiseConv2d(x as tf.Tensor4D, cotangent as tf.Tensor4D, strides, pad, 'NHWC', dilations),
    };
  }),
  rule('DepthwiseConv2dNativeBackpropInput', ['dy', 'filter'], (cotangent, [dy, filter], attrs) => {
    const { strides, pad, dilations } = windowOf(attrs);
    const x = cotangent as tf.Tensor4D;
    const name = 'DepthwiseConv2dNativeBackpropFilter';
    return {
      dy: () => tf.depthwiseConv2d(x, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations),
      filter: () => kernel(name, { x, dy }, { ...attrs, filterShape: filter.shape }),
    };
  }),
  rule('AvgPoolGrad', ['input'], (cotangent, [input], attrs) => {
    const { filterSize, strides, pad } = windowOf(attrs);
    return {
      dy: () => tf.avgPool(cotangent as tf.Tensor4D, filterSize, strides, pad),
      input: () => tf.zerosLike(input),
    };
  }),
  rule('MaxPoolGrad', ['input', 'output'], (cotangent, [input, output], attrs) => {
    return {
      dy: () => atMaxima(cotangent, input as tf.Tensor4D, output, attrs),
      input: () => tf.zerosLike(input),
      output: () => tf.zerosLike(output),
    };
  }),
];

/** What pooled entries were taken from, of another tensor; linear in it, with the pool's gradient as its own. */
function atMaxima(x: tf.Tensor, input: tf.Tensor4D, output: tf.Tensor, attrs: tf.NamedAttrMap): tf.Tensor {
  const { filterSize, strides, pad } = windowOf(attrs);
  return tf.customGrad(() => {
    const { indexes } = tf.maxPoolWithArgmax(input, filterSize, strides, pad as 'valid' | 'same', true);
    const entries = tf.gather(tf.reshape(x, [-1]), tf.reshape(indexes, [-1]));
    return {
      value: tf.reshape(entries, output.shape),
      gradFunc: (dy) => kernel('MaxPoolGrad', { dy, input, output }, attrs),
    };
  })(x);
}

type Shape4 = [number, number, number, number];

let recording = false;

/** Runs `f`, in which tfjs records derivatives that can themselves be differentiated. */
function recordTwice<Result>(f: () => Result): Result {
  if (recording) return f();
  recording = true;
  const before = rules.map(({ kernelName }) => tf.getGradient(kernelName));
  for (const config of rules) tf.registerGradient(config);
  try {
    return f();
  } finally {
    rules.forEach(({ kernelName }, i) => {
      const config = before[i];
      if (config === undefined) tf.unregisterGradient(kernelName);
      else tf.registerGradient(config);
    });
    recording = false;
  }
}

/** A number's value and its gradients in `xs`, zeros where it does not depend on one. */
export function valueAndGradients(
  f: () => tf.Tensor,
  xs: readonly tf.Tensor[],
): { readonly value: tf.Tensor; readonly gradients: tf.Tensor[] } {
  const { value, grads } = tf.engine().gradients(f, [...xs], undefined, true);
  return { value, gradients: grads.map((gradient, i) => gradient ?? tf.zerosLike(xs[i])) };
}

/**
 * The vector–Jacobian product: gradients of ⟨f(), cotangent⟩ in `xs`, zeros where f does not depend on one. Can be
 * differentiated.
 */
export function vjp(f: () => tf.Tensor, xs: readonly tf.Tensor[], cotangent: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return recordTwice(() => {
      const { grads } = tf.engine().gradients(f, [...xs], cotangent, true);
      return grads.map((gradient, i) => gradient ?? tf.zerosLike(xs[i]));
    });
  } finally {
    // Called from another gradient's rule, tfjs has let go of that one's tape.
    state.activeTape ??= outer;
  }
}

/**
 * The Jacobian–vector product Σ ∂f/∂x · tangent: the derivative of ⟨vjp(u), tangents⟩, linear in u, in u.
 *
 * @param like a tensor of f's shape.
 */
export function jvp(
  f: () => tf.Tensor,
  xs: readonly tf.Tensor[],
  tangents: readonly tf.Tensor[],
  like: tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => {
    const u = tf.zerosLike(like);
    return vjp(() => inner(vjp(f, xs, u), tangents), [u], tf.scalar(1))[0];
  });
}

/** Σ a·b over all entries of lists of tensors. */
export function inner(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): tf.Tensor {
  return a.map((tensor, i) => tf.sum(tf.mul(tensor, b[i]))).reduce((sum, term) => tf.add(sum, term));
}

/** The value and the first `degree` derivatives of s ↦ f(s) at 0, of a number s. Can be differentiated. */
export function derivatives(f: (s: tf.Tensor) => tf.Tensor, degree: number): tf.Tensor[] {
  return tf.tidy(() => {
    const zero = tf.scalar(0);
    const value = f(zero);
    const all = [value];
    const u = tf.zerosLike(value);
    /** ⟨f(s), u⟩, differentiated `order` times. */
    const along = (order: number, s: tf.Tensor): tf.Tensor =>
      order === 0 ? tf.sum(tf.mul(f(s), u)) : vjp(() => along(order - 1, s), [s], tf.scalar(1))[0];
    for (let order = 1; order <= degree; order++) {
      all.push(vjp(() => along(order, zero), [u], tf.scalar(1))[0]);
    }
    return all;
  });
}
