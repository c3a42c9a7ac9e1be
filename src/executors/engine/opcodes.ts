/** Opcodes of the engine's instructions; `assembly/interpreter.ts` has the same list. */
export const opcode = {
  zero: 0,
  add: 1,
  addBox: 2,
  gram: 3,
  gramAdjoint: 4,
  filter: 5,
  filterAdjoint: 6,
  activationAdjoint: 7,
  factors: 8,
  pool: 9,
  poolAdjoint: 10,
  weigh: 11,
  product: 12,
  productAdjoint: 13,
} as const;
