// Which builds of the engine there are, and which this processor and system can run.
#ifndef NEURAL_TANGENTS_PROCESSOR_H
#define NEURAL_TANGENTS_PROCESSOR_H
#include "engine.h"

/** All builds, of rising register size. */
extern const Engine* const engines[];
extern const int engine_count;

int runs(const Engine* engine);

#endif
