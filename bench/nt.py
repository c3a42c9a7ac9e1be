"""Times Neural Tangents on one case of the bench: bench/nt.ts starts it.

First prints a line of JSON once the case is compiled and warm, with some of the result's numbers; then, for every
line on standard input, does the work once and prints {"ms": ...}. By hand:

    echo | python bench/nt.py --case convnet --dtype float32 --n1 4 --n2 4 --shape 32 32 3
"""

import argparse
import json
import math
import sys
import time
import types


class Anything(type):
    """A class that has every attribute: another such class."""

    def __getattr__(cls, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return Anything(name, (), {})


class Absent(types.ModuleType):
    """A module that holds nothing, but in which every name can be looked up."""

    def __getattr__(self, name):
        return getattr(Anything('absent', (), {}), name)


# Neural Tangents imports these for its experimental bridge to TensorFlow alone, in annotations; without them its exact
# kernels need half a gigabyte less to install.
for module in ('tensorflow', 'tf2jax', 'jax.experimental.jax2tf'):
    sys.modules[module] = Absent(module)

import jax_names  # noqa: E402, F401
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument('--case', required=True)
arguments.add_argument('--dtype', choices=['float32', 'float64'], required=True)
arguments.add_argument('--n1', type=int, required=True)
arguments.add_argument('--n2', type=int, required=True)
arguments.add_argument('--shape', type=int, nargs='+', required=True)
options = arguments.parse_args()

jax.config.update('jax_enable_x64', options.dtype == 'float64')
# The library's random numbers are those of this scheme, jax's default since 0.5.
jax.config.update('jax_threefry_partitionable', True)

from neural_tangents import stax  # noqa: E402

CLASSES = 10
COMPARED = 4096
WEIGHTS = {'W_std': math.sqrt(2), 'b_std': 0.1}


def conv():
    return [stax.Conv(1, (3, 3), padding='SAME', **WEIGHTS), stax.Relu()]


def pool():
    return [stax.AvgPool((2, 2), strides=(2, 2))]


def repeated(count, make):
    return [layer for _ in range(count) for layer in make()]


def dense():
    return [stax.Dense(512, **WEIGHTS), stax.Relu()]


def convnet():
    return [*conv(), *repeated(3, lambda: conv() + pool()), stax.Flatten()]


# The networks of bench/lib/nets.ts.
NETS = {
    'convnet': convnet,
    'convnet-gradient': convnet,
    'myrtle5': lambda: [*repeated(2, conv), *pool(), *conv(), *pool(), *conv(), stax.GlobalAvgPool()],
    'conv21-pool': lambda: [*repeated(21, conv), stax.GlobalAvgPool()],
    'conv21-flatten': lambda: [*repeated(21, conv), stax.Flatten()],
    'fc1': lambda: repeated(1, dense),
    'fc3': lambda: repeated(3, dense),
    'fc1-gradient': lambda: repeated(1, dense),
    'fc3-gradient': lambda: repeated(3, dense),
}

kernel = stax.serial(*NETS[options.case](), stax.Dense(10, **WEIGHTS))[2]
keys = jax.random.split(jax.random.PRNGKey(0))


def samples(which, count):
    # Drawn in float32 in either precision, as the library does.
    drawn = jax.random.normal(keys[which], (count, *options.shape), dtype=jnp.float32)
    return drawn.astype(options.dtype)


x1, x2 = samples(0, options.n1), samples(1, options.n2)
dtype = np.dtype(options.dtype)
alpha = jnp.asarray(np.sin(1 + np.arange(options.n1 * CLASSES)).reshape(-1, CLASSES), dtype)
labels = jnp.asarray(np.cos(np.arange(options.n2 * CLASSES)).reshape(-1, CLASSES), dtype)


def values(x1, x2):
    k = kernel(x1, x2, ('nngp', 'ntk'))
    return k.nngp, k.ntk


def ridge_loss(support, targets):
    residuals = kernel(targets, support, 'ntk') @ alpha - labels
    return 0.5 * jnp.mean(residuals**2)


def sum_of_ntk(x1, x2):
    return jnp.sum(kernel(x1, x2, 'ntk'))


if options.case == 'convnet-gradient':
    function = jax.jit(jax.value_and_grad(ridge_loss))
elif options.case.endswith('-gradient'):
    function = jax.jit(jax.value_and_grad(sum_of_ntk, argnums=(0, 1)))
else:
    function = jax.jit(values)


def numbers(result):
    """The result as one vector: both kernels, or the gradients without the value."""
    if options.case.endswith('-gradient'):
        result = result[1]
    parts = result if isinstance(result, tuple) else (result,)
    return np.concatenate([np.asarray(part, np.float64).ravel() for part in parts])


found = numbers(jax.block_until_ready(function(x1, x2)))
step = max(1, len(found) // COMPARED)
sample = found[: step * COMPARED : step].tolist()
print(json.dumps({'jax': jax.__version__, 'sample': sample}), flush=True)

for _ in sys.stdin:
    start = time.perf_counter()
    jax.block_until_ready(function(x1, x2))
    print(json.dumps({'ms': 1000 * (time.perf_counter() - start)}), flush=True)
