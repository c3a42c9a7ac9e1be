/** A function that the engine has by name. */
export type FunctionName = 'tanh' | 'sigmoid' | 'softplus' | 'silu' | 'elu';

/** Smooth functions that quadrature knows by name, in the order of the engine's list. */
export const functionNames: readonly FunctionName[] = ['tanh', 'sigmoid', 'softplus', 'silu', 'elu'];
