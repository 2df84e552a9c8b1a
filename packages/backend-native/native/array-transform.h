// M · A · Mᵀ of small square arrays A whose elements are rows of floats: every transform of a fast convolution is one.
#pragma once
#include "gemm.h"

namespace t2i::T2I_ISA {

// A row of zeros, for elements that lie outside an image. At most this many floats are transformed at once where it is used.
constexpr int64_t ZERO_ROW = 256;
alignas(64) inline const float zero_row[ZERO_ROW] = {};

// Σ coefficient · value over one row of a constant matrix; zeros cost nothing, ones no multiplication.
template <int IN>
inline vf weighted_sum(const float (&coefficients)[IN], const vf* values, int stride) {
  vf sum = {};
  bool empty = true;
#pragma GCC unroll 8
  for (int i = 0; i < IN; i++) {
    if (coefficients[i] == 0) continue;
    const vf term = coefficients[i] == 1 ? values[i * stride] : coefficients[i] == -1 ? -values[i * stride] : coefficients[i] * values[i * stride];
    sum = empty ? term : sum + term;
    empty = false;
  }
  return sum;
}

// The lanes of `in` (IN × IN) to those of `out` (OUT × OUT).
template <int OUT, int IN>
inline void transform_lanes(const float (&matrix)[OUT][IN], const vf* in, vf* out) {
  vf half[OUT * IN];
#pragma GCC unroll 8
  for (int o = 0; o < OUT; o++)
#pragma GCC unroll 8
    for (int i = 0; i < IN; i++) half[o * IN + i] = weighted_sum(matrix[o], in + i, IN);
#pragma GCC unroll 8
  for (int o = 0; o < OUT; o++)
#pragma GCC unroll 8
    for (int p = 0; p < OUT; p++) out[o * OUT + p] = weighted_sum(matrix[p], half + o * IN, 1);
}

// to[o][0…length) (+)= (M · from · Mᵀ)[o]; a null `to[o]` is left out.
template <const auto& MATRIX>
void transform_rows(const float* const* from, float* const* to, int64_t length, bool accumulate = false) {
  constexpr int OUT = sizeof(MATRIX) / sizeof(MATRIX[0]), IN = sizeof(MATRIX[0]) / sizeof(float);
  for (int64_t at = 0; at < length; at += LANES) {
    const int64_t count = min(LANES, length - at);
    vf in[IN * IN], out[OUT * OUT];
    if (count == LANES) {
#pragma GCC unroll 16
      for (int i = 0; i < IN * IN; i++) in[i] = load(from[i] + at);
    } else {
      for (int i = 0; i < IN * IN; i++) in[i] = load_part(from[i] + at, count);
    }
    transform_lanes(MATRIX, in, out);
    for (int o = 0; o < OUT * OUT; o++) {
      if (to[o] == nullptr) continue;
      if (count == LANES)
        store(to[o] + at, accumulate ? load(to[o] + at) + out[o] : out[o]);
      else
        store_part(to[o] + at, accumulate ? load_part(to[o] + at, count) + out[o] : out[o], count);
    }
  }
}

}  // namespace t2i::T2I_ISA
