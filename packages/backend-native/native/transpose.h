// Transposing a block of LANES × LANES floats in registers.
#pragma once
#include <utility>

#include "isa.h"

namespace t2i::T2I_ISA {

// Lanes of a and b in turn, from their lower (offset 0) or upper (offset LANES / 2) halves.
template <int OFFSET, int... I>
vf interleave(vf a, vf b, std::integer_sequence<int, I...>) {
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(a, b, (OFFSET + I / 2 + I % 2 * LANES)...);
#else
  return __builtin_shuffle(a, b, vi{(OFFSET + I / 2 + I % 2 * LANES)...});
#endif
}

// row[i] = the elements from[j·stride + i] for 0 ≤ j < rows, then zeros; for 0 ≤ i < columns. Both are at most LANES.
inline void transpose_lanes(const float* from, int64_t stride, int64_t rows, int64_t columns, vf* row) {
  constexpr auto LANE = std::make_integer_sequence<int, LANES>();
  for (int j = 0; j < LANES; j++) row[j] = j >= rows ? vf{} : columns == LANES ? load(from + j * stride) : load_part(from + j * stride, columns);
  // Each round moves one bit of the row number into the lane number.
#pragma GCC unroll 4
  for (int round = 1; round < LANES; round *= 2) {
    vf next[LANES];
#pragma GCC unroll 16
    for (int j = 0; j < LANES / 2; j++) {
      next[2 * j] = interleave<0>(row[j], row[j + LANES / 2], LANE);
      next[2 * j + 1] = interleave<LANES / 2>(row[j], row[j + LANES / 2], LANE);
    }
#pragma GCC unroll 16
    for (int j = 0; j < LANES; j++) row[j] = next[j];
  }
}

// to[i·to_stride + j] = from[j·stride + i] for 0 ≤ j < rows and 0 ≤ i < columns; zeros for rows ≤ j < LANES.
inline void transpose_block(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t to_stride) {
  vf row[LANES];
  transpose_lanes(from, stride, rows, columns, row);
  for (int i = 0; i < columns; i++) store(to + i * to_stride, row[i]);
}

// The same, writing nothing beyond `rows`.
inline void transpose_part(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t to_stride) {
  if (rows == LANES) return transpose_block(from, stride, rows, columns, to, to_stride);
  vf row[LANES];
  transpose_lanes(from, stride, rows, columns, row);
  for (int i = 0; i < columns; i++) store_part(to + i * to_stride, row[i], rows);
}

}  // namespace t2i::T2I_ISA
