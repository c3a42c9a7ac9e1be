// A linear memory as WebAssembly has it: it starts at 0, grows by pages and never moves. All that 32-bit addresses and
// sizes can reach is reserved, so that an access outside ends the process and changes nothing.
#ifndef NEURAL_TANGENTS_MEMORY_H
#define NEURAL_TANGENTS_MEMORY_H
#include <stdint.h>

#define PAGE_BYTES 65536ull
#define MOST_BYTES (1ull << 32)
/** An address and a size of 32 bits each, and the width of the widest access. */
#define REACH_BYTES (2 * MOST_BYTES + PAGE_BYTES)

/** A memory of no bytes, or NULL where the system gives no such address space. */
void* memory_new(void);
void memory_free(void* memory);
/** Whether the memory has at least `bytes` now, those that are new being 0. */
int memory_grow(void* memory, uint64_t bytes);

/** Bytes that the memory has: they stand in the page before it. */
static inline uint64_t memory_bytes(const void* memory) {
  return *(const uint64_t*)((const uint8_t*)memory - PAGE_BYTES);
}

/** Room for what belongs to the memory's user, in the page before it. */
static inline void* memory_variables(void* memory) { return (uint8_t*)memory - PAGE_BYTES + 64; }

#endif
