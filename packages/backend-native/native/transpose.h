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

// to[i·to_stride + j] = from[j·stride + i] for 0 ≤ j < rows and 0 ≤ i < columns, both at most LANES; to[…+ j] = 0 for rows ≤ j < LANES.
inline void transpose_block(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t to_stride) {
  constexpr auto LANE = std::make_integer_sequence<int, LANES>();
  vf row[LANES];
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
  for (int i = 0; i < columns; i++) store(to + i * to_stride, row[i]);
}

}  // namespace t2i::T2I_ISA
