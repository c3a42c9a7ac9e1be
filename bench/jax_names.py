"""Names of jax that Neural Tangents 0.6.5 looks up and that newer jax versions dropped, put back.

Import it before `neural_tangents`. With it the library runs on jax 0.10, which computes its networks faster than the
jax 0.4 of its time. Names that hold no function are stand-ins: the library has them in annotations alone.
"""

import contextlib
import importlib
import sys
import types

import jax
import jax.core
import jax.interpreters.ad

CORE = ('AbstractValue', 'Jaxpr', 'JaxprEqn', 'Literal', 'Primitive', 'ShapedArray', 'Value', 'Var', 'get_aval')


def inner(name):
    """A module of jax's inside, or an empty one."""
    try:
        return importlib.import_module(f'jax._src.{name}')
    except ImportError:
        return types.ModuleType(name)


def has(module, name):
    try:
        getattr(module, name)
    except AttributeError:
        return False
    return True


def put_back(module, names, source):
    for name in names:
        if not has(module, name):
            setattr(module, name, getattr(source, name, type(name, (), {})))


def put_back_module(name, source, names=None):
    """Makes `import name` work: the module itself, or one with some names of `source`."""
    try:
        importlib.import_module(name)
    except ImportError:
        module = source if names is None else types.ModuleType(name)
        for each in names or ():
            setattr(module, each, getattr(source, each))
        sys.modules[name] = module
        parent, _, child = name.rpartition('.')
        setattr(importlib.import_module(parent), child, module)


core = inner('core')
put_back(jax.core, CORE, core)
put_back(jax.core, ['DShapedArray'], types.ModuleType('none'))
if not has(jax.core, 'eval_context'):
    jax.core.eval_context = getattr(core, 'eval_context', contextlib.nullcontext)
if not has(jax, 'tree_map'):
    jax.tree_map = jax.tree_util.tree_map
put_back_module('jax.util', inner('util'), ['safe_map', 'safe_zip'])
put_back_module('jax.extend.linear_util', inner('linear_util'))
put_back_module('jax.extend.source_info_util', inner('source_info_util'))
ad = inner('interpreters.ad')
put_back(jax.interpreters.ad, dir(ad), ad)
put_back(
    jax.interpreters.ad,
    ['UndefinedPrimal', 'Zero', 'add_jaxvals_p', 'add_tangents', 'get_primitive_transpose', 'is_undefined_primal',
     'primitive_jvps', 'reducing_transposes', 'zeros_like_p'],
    ad,
)
