// The vector type of one instruction set: `vf` holds LANES floats. Every kernel file is compiled once per instruction set with T2I_ISA set to its name;
// all code here lives in the namespace of that set, so that no two builds of a function can be mistaken for one another by the linker.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#ifndef T2I_ISA
#error "T2I_ISA names the instruction set this file is compiled for; see scripts/build.mjs"
#endif

namespace t2i::T2I_ISA {

#if defined(__AVX512F__)
constexpr int LANES = 16;
constexpr int VECTOR_REGISTERS = 32;
#elif defined(__AVX2__)
constexpr int LANES = 8;
constexpr int VECTOR_REGISTERS = 16;
#elif defined(__aarch64__)
constexpr int LANES = 4;
constexpr int VECTOR_REGISTERS = 32;
#else
constexpr int LANES = 4;
constexpr int VECTOR_REGISTERS = 16;
#endif

typedef float vf __attribute__((vector_size(LANES * 4), may_alias));
typedef int32_t vi __attribute__((vector_size(LANES * 4), may_alias));
// The same in memory, without any demand on alignment.
typedef float vf_unaligned __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t vi_unaligned __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

inline vf load(const float* p) { return *reinterpret_cast<const vf_unaligned*>(p); }
inline void store(float* p, vf v) { *reinterpret_cast<vf_unaligned*>(p) = v; }
inline vi load(const int32_t* p) { return *reinterpret_cast<const vi_unaligned*>(p); }
inline void store(int32_t* p, vi v) { *reinterpret_cast<vi_unaligned*>(p) = v; }
inline vf broadcast(float x) { return x - vf{}; }
inline vi broadcast(int32_t x) { return x - vi{}; }

// The first `count` < LANES elements at p; the other lanes are 0. Reads nothing behind them.
inline vf load_part(const float* p, int64_t count) {
#if defined(__AVX512F__)
  return (vf)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
#else
  float lanes[LANES] = {};
  for (int64_t i = 0; i < count; i++) lanes[i] = p[i];
  return load(lanes);
#endif
}

inline void store_part(float* p, vf v, int64_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), (__m512)v);
#else
  float lanes[LANES];
  store(lanes, v);
  for (int64_t i = 0; i < count; i++) p[i] = lanes[i];
#endif
}

// The lanes added in a fixed order: halves onto each other.
inline float sum_lanes(vf v) {
  float lanes[LANES];
  store(lanes, v);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

inline int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
// 0 … b - 1, whatever the sign of a.
inline int64_t floor_mod(int64_t a, int64_t b) { return (a % b + b) % b; }

}  // namespace t2i::T2I_ISA
