// One build of the engine: its functions on a linear memory, for registers of one size.
#ifndef NEURAL_TANGENTS_ENGINE_H
#define NEURAL_TANGENTS_ENGINE_H
#include <stdint.h>

/** Most arguments that a function takes. */
#define MOST_ARGUMENTS 16

typedef struct Function {
  const char* name;
  int arguments;
  /** Whether it returns a number. */
  int returns;
  uint32_t (*call)(void* memory, const uint32_t* arguments);
} Function;

typedef struct Engine {
  int register_bytes;
  /** Writes the module's constants into a new memory. */
  void (*start)(void* memory);
  int count;
  const Function* functions;
} Engine;

#endif
