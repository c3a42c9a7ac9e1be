#include "processor.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <cpuid.h>

extern const Engine engine16, engine32, engine64;
const Engine* const engines[] = {&engine16, &engine32, &engine64};
const int engine_count = 3;

/** Bits of `xgetbv`: the system saves registers of 32 (XMM, YMM) and of 64 bytes (masks, ZMM as well). */
#define SAVES_32 0x06u
#define SAVES_64 0xe6u
/** `cpuid` 1, ecx: xgetbv is there. `cpuid` 7, ebx: AVX2; AVX-512 F, DQ, CD, BW and VL. */
#define HAS_XGETBV (1u << 27)
#define HAS_AVX2 (1u << 5)
#define HAS_AVX512 ((1u << 16) | (1u << 17) | (1u << 28) | (1u << 30) | (1u << 31))

// Asked of the processor itself: __builtin_cpu_supports needs a runtime that zig's clang leaves out.
int runs(const Engine* engine) {
  unsigned a, b, c, d, saved, high;
  if (engine->register_bytes == 16) return 1;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & HAS_XGETBV)) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  if ((saved & SAVES_32) != SAVES_32 || !(b & HAS_AVX2)) return 0;
  return engine->register_bytes == 32 || ((saved & SAVES_64) == SAVES_64 && (b & HAS_AVX512) == HAS_AVX512);
}
#else
extern const Engine engine16;
const Engine* const engines[] = {&engine16};
const int engine_count = 1;

int runs(const Engine* engine) { return engine->register_bytes == 16; }
#endif
