// What the C that wasm2c makes of the engine needs: its loads and stores, and its operations on registers, of
// REGISTER bytes here. No operation crosses lanes, so a wider register does the same to more numbers. Nothing is
// contracted, reordered or approximated, so every lane has the bits of WebAssembly.
//
// `instance` is the address of the linear memory. Addresses are 32 bits wide and the memory reserves what they can
// reach (memory.h), so that a wrong one ends the process instead of changing other memory. With CHECKED every access
// is compared with the memory's size, too.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "memory.h"
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef float f32;
typedef double f64;
typedef s64 v128 __attribute__((vector_size(REGISTER)));
typedef s32 words __attribute__((vector_size(REGISTER)));
typedef f32 floats __attribute__((vector_size(REGISTER)));
typedef f64 doubles __attribute__((vector_size(REGISTER)));

typedef struct w2c_engine {
  u8 bytes[1];
} w2c_engine;

#define INLINE static inline __attribute__((always_inline, unused))
#define TRAP(reason) (abort(), 0)
#define UNREACHABLE abort()
#define FUNC_PROLOGUE
#define FUNC_EPILOGUE

#ifdef CHECKED
INLINE u8* place(w2c_engine* instance, u64 address, u64 bytes) {
  if (address + bytes > memory_bytes(instance)) abort();
  return (u8*)instance + address;
}
#else
#define place(instance, address, bytes) ((u8*)(instance) + (address))
#endif

#define ACCESS(name, type)                                              \
  INLINE type name##_load_default32(w2c_engine* instance, u64 address) { \
    type x;                                                             \
    memcpy(&x, place(instance, address, sizeof x), sizeof x);           \
    return x;                                                           \
  }                                                                     \
  INLINE void name##_store_default32(w2c_engine* instance, u64 address, type x) { \
    memcpy(place(instance, address, sizeof x), &x, sizeof x);           \
  }
ACCESS(i32, u32)
ACCESS(i64, u64)
ACCESS(f32, f32)
ACCESS(f64, f64)
ACCESS(v128, v128)

INLINE void memory_fill(w2c_engine* instance, u32 to, u32 value, u32 bytes) {
  memset(place(instance, (u64)to, bytes), (int)value, bytes);
}
INLINE void memory_copy(w2c_engine* to_memory, w2c_engine* from_memory, u32 to, u32 from, u32 bytes) {
  memmove(place(to_memory, (u64)to, bytes), place(from_memory, (u64)from, bytes), bytes);
}

#define DIV_U(x, y) ((y) == 0 ? TRAP(DIV_BY_ZERO) : (x) / (y))
#define REM_U(x, y) ((y) == 0 ? TRAP(DIV_BY_ZERO) : (x) % (y))
INLINE u32 quotient(s32 x, s32 y) {
  if (y == 0 || (x == INT32_MIN && y == -1)) abort();
  return (u32)(x / y);
}
INLINE u32 remainder_of(s32 x, s32 y) {
  if (y == 0) abort();
  return y == -1 ? 0 : (u32)(x % y);
}
#define I32_DIV_S(x, y) quotient((s32)(x), (s32)(y))
#define I32_REM_S(x, y) remainder_of((s32)(x), (s32)(y))

INLINE u32 signed_of(f64 x) {
  if (!(x > -2147483649.0)) return x == x ? 0x80000000u : 0;
  return x >= 2147483648.0 ? 0x7fffffffu : (u32)(s32)x;
}
INLINE u32 unsigned_of(f64 x) {
  if (!(x > 0)) return 0;
  return x >= 4294967296.0 ? 0xffffffffu : (u32)x;
}
#define I32_TRUNC_SAT_S_F64(x) signed_of(x)
#define I32_TRUNC_SAT_S_F32(x) signed_of(x)
#define I32_TRUNC_SAT_U_F64(x) unsigned_of(x)
#define I32_TRUNC_SAT_U_F32(x) unsigned_of(x)
#define I32_CLZ(x) ((x) ? (u32)__builtin_clz(x) : 32)
#define I32_CTZ(x) ((x) ? (u32)__builtin_ctz(x) : 32)
#define I32_POPCNT(x) ((u32)__builtin_popcount(x))

// Scalars. `FMIN` and `FMAX` as the registers' `min` and `max` below.
#define wasm_quiet(x) (x)
#define wasm_quietf(x) (x)
#define wasm_sqrt(x) __builtin_sqrt(x)
#define wasm_sqrtf(x) __builtin_sqrtf(x)
#define wasm_fabs(x) __builtin_fabs(x)
#define wasm_fabsf(x) __builtin_fabsf(x)
#define wasm_copysign(x, y) __builtin_copysign(x, y)
#define wasm_copysignf(x, y) __builtin_copysignf(x, y)
#define FMIN(x, y) ((x) < (y) ? (x) : (y) < (x) ? (y) : (x) == (y) ? (__builtin_signbit(x) ? (x) : (y)) : (x) + (y))
#define FMAX(x, y) ((x) > (y) ? (x) : (y) > (x) ? (y) : (x) == (y) ? (__builtin_signbit(x) ? (y) : (x)) : (x) + (y))
#define SAME_BITS(name, to_type, from_type) \
  INLINE to_type name(from_type x) {        \
    to_type bits;                           \
    memcpy(&bits, &x, sizeof bits);         \
    return bits;                            \
  }
SAME_BITS(f32_reinterpret_i32, f32, u32)
SAME_BITS(i32_reinterpret_f32, u32, f32)
SAME_BITS(f64_reinterpret_i64, f64, u64)
SAME_BITS(i64_reinterpret_f64, u64, f64)

// Registers whose lanes are all one number.
INLINE v128 every32(u32 x) { return (v128)((s32)x - (words){0}); }
INLINE v128 every64(u64 x) { return (s64)x - (v128){0}; }
INLINE v128 simde_wasm_f32x4_splat(f32 x) { return every32(i32_reinterpret_f32(x)); }
INLINE v128 simde_wasm_f64x2_splat(f64 x) { return every64(i64_reinterpret_f64(x)); }
#define v128_load32_splat(memory, address) ((v128)(f32_load_default32(memory, address) - (floats){0}))
#define v128_load64_splat(memory, address) ((v128)(f64_load_default32(memory, address) - (doubles){0}))
// Constants have two equal halves, which the build checks.
#define simde_wasm_i64x2_make(low, high) every64(low)
#define BYTE(x, i) ((u64)(x) << (8 * i))
#define v128_const(a, b, c, d, e, f, g, h, ...) \
  every64(BYTE(a, 0) | BYTE(b, 1) | BYTE(c, 2) | BYTE(d, 3) | BYTE(e, 4) | BYTE(f, 5) | BYTE(g, 6) | BYTE(h, 7))

#define BINARY(name, type, operator) \
  INLINE v128 simde_wasm_##name(v128 a, v128 b) { return (v128)((type)a operator(type) b); }
#define SHIFT(name, type, operator) \
  INLINE v128 simde_wasm_##name(v128 a, u32 n) { return (v128)((type)a operator n); }
BINARY(i32x4_add, words, +)
BINARY(i32x4_sub, words, -)
BINARY(i64x2_add, v128, +)
BINARY(i64x2_sub, v128, -)
SHIFT(i32x4_shl, words, <<)
SHIFT(i32x4_shr, words, >>)
SHIFT(i64x2_shl, v128, <<)
SHIFT(i64x2_shr, v128, >>)
BINARY(v128_and, v128, &)
BINARY(v128_or, v128, |)
BINARY(v128_xor, v128, ^)
INLINE v128 simde_wasm_v128_andnot(v128 a, v128 b) { return a & ~b; }
INLINE v128 simde_wasm_v128_not(v128 a) { return ~a; }
INLINE v128 simde_wasm_v128_bitselect(v128 a, v128 b, v128 mask) { return (a & mask) | (b & ~mask); }

#if defined(__x86_64__) || defined(_M_X64)
#if REGISTER == 64
#define ROOT(width, x) (v128) _mm512_sqrt_##width(x)
#elif REGISTER == 32
#define ROOT(width, x) (v128) _mm256_sqrt_##width(x)
#else
#define ROOT(width, x) (v128) _mm_sqrt_##width(x)
#endif
INLINE v128 simde_wasm_f32x4_sqrt(v128 x) { return ROOT(ps, (floats)x); }
INLINE v128 simde_wasm_f64x2_sqrt(v128 x) { return ROOT(pd, (doubles)x); }
#else
INLINE v128 simde_wasm_f32x4_sqrt(v128 x) { return (v128)vsqrtq_f32((float32x4_t)x); }
INLINE v128 simde_wasm_f64x2_sqrt(v128 x) { return (v128)vsqrtq_f64((float64x2_t)x); }
#endif

// `min` and `max` are not a number where one of both is, and tell −0 from 0; `pmax` is b where a < b, else a.
#define NUMBERS(name, type, sign)                                                                     \
  BINARY(name##_add, type, +)                                                                         \
  BINARY(name##_sub, type, -)                                                                         \
  BINARY(name##_mul, type, *)                                                                         \
  BINARY(name##_div, type, /)                                                                         \
  BINARY(name##_eq, type, ==)                                                                         \
  BINARY(name##_ne, type, !=)                                                                         \
  BINARY(name##_lt, type, <)                                                                          \
  BINARY(name##_gt, type, >)                                                                          \
  BINARY(name##_le, type, <=)                                                                         \
  BINARY(name##_ge, type, >=)                                                                         \
  INLINE v128 simde_wasm_##name##_neg(v128 a) { return a ^ sign; }                                    \
  INLINE v128 simde_wasm_##name##_abs(v128 a) { return a & ~sign; }                                   \
  INLINE v128 simde_wasm_##name##_pmax(v128 a, v128 b) {                                              \
    return simde_wasm_v128_bitselect(b, a, simde_wasm_##name##_lt(a, b));                             \
  }                                                                                                   \
  INLINE v128 simde_wasm_##name##_max(v128 a, v128 b) {                                               \
    v128 less = simde_wasm_##name##_lt(a, b), more = simde_wasm_##name##_gt(a, b);                    \
    v128 same = simde_wasm_##name##_eq(a, b), rest = ~(less | more | same);                           \
    return (less & b) | (more & a) | (same & a & b) | (rest & simde_wasm_##name##_add(a, b));         \
  }                                                                                                   \
  INLINE v128 simde_wasm_##name##_min(v128 a, v128 b) {                                               \
    v128 less = simde_wasm_##name##_lt(a, b), more = simde_wasm_##name##_gt(a, b);                    \
    v128 same = simde_wasm_##name##_eq(a, b), rest = ~(less | more | same);                           \
    return (less & a) | (more & b) | (same & (a | b)) | (rest & simde_wasm_##name##_add(a, b));       \
  }
NUMBERS(f32x4, floats, every64(0x8000000080000000ull))
NUMBERS(f64x2, doubles, every64(0x8000000000000000ull))
