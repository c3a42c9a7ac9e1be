// An instruction is a run of 32-bit words: the opcode, then operands (byte addresses, sizes).

/** The i-th word of the instruction at `pc`; word 0 is the opcode. */
@inline
export function word(pc: usize, i: usize): i32 {
  return load<i32>(pc + (i << 2));
}
