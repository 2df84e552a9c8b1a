// Several matrix products of one size whose results are only needed together, a block at a time: the multiplications of a fast convolution.
#pragma once
#include "gemm.h"

namespace t2i::T2I_ISA {

constexpr int POINT_ROWS = 4 * TILE_ROWS, POINT_DEPTH = 64;
using PointsByRows = RowsOf<POINT_ROWS, POINT_DEPTH>;
using PointsByColumns = ColumnsOf<POINT_ROWS, POINT_DEPTH>;

// Blocks are made smaller to have at least so many of them, for the threads to share.
constexpr int64_t MIN_PIECES = 6;
// Packed right factors of all points kept at a time, in floats: 16 MiB.
constexpr int64_t POINT_RIGHT_BLOCK = int64_t{4} << 20;

// The results of all points for one block of rows and columns.
struct PointBlock {
  const float* results;
  int64_t row, rows, column, columns;
  bool first, last;  // of the depth: several blocks of the same rows and columns are to be added up

  const float* at(int64_t point, int64_t r) const { return results + (point * rows + r) * columns; }
};

// POINTS products rows×depth · depth×columns.
//   pack_left(to, row, rows, k, depth): as in multiply(), for all points at once, each Left::SIZE floats behind the one before.
//   pack_right(to, point_stride, k, depth, column, width, stride): likewise, point_stride floats apart.
//   take(const PointBlock&): consumes a block of all results.
template <class Left, int POINTS, class PackLeft, class PackRight, class Take>
void multiply_points(const ProductSize& size, const PackLeft& pack_left, const PackRight& pack_right, const Take& take) {
  constexpr int64_t COLUMNS = POINTS <= 9 ? 256 : 128;  // left block and results fit L2
  if (size.rows == 0 || size.columns == 0) return;
  const int64_t wide_limit = max(int64_t{128}, POINT_RIGHT_BLOCK / (POINTS * max(1, size.depth)) / TILE_COLUMNS * TILE_COLUMNS);
  const Parts wides(size.columns, wide_limit, TILE_COLUMNS);
  const Parts deeps(size.depth, max(POINT_DEPTH, POINT_RIGHT_BLOCK / (POINTS * wides.size) / POINT_DEPTH * POINT_DEPTH), 4);

  for (int64_t wide = 0; wide < wides.count; wide++) {
    const int64_t wide_begin = wides.begin(wide), wide_columns = wides.end(wide) - wide_begin;
    const int64_t packed_columns = round_up(wide_columns, LANES), panels = ceil_div(wide_columns, TILE_COLUMNS);
    const Parts column_blocks(wide_columns, COLUMNS, TILE_COLUMNS);
    const Parts row_blocks(size.rows, min(POINT_ROWS, max(2 * TILE_ROWS, ceil_div(size.rows * column_blocks.count, MIN_PIECES))));
    for (int64_t deep = 0; deep < deeps.count; deep++) {
      const int64_t k_begin = deeps.begin(deep), k_length = deeps.end(deep) - k_begin;
      const Parts depths(k_length, POINT_DEPTH, 4);
      const int64_t point_stride = k_length * packed_columns;
      float* const right = scratch_floats(0, POINTS * point_stride);
      const auto panel = [&](int64_t d, int64_t p) {
        const int64_t k = depths.begin(d);
        return right + k * packed_columns + p * TILE_COLUMNS * (depths.end(d) - k);
      };
      parallel_for(depths.count * panels, 2, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
          const int64_t d = i / panels, p = i % panels, k = depths.begin(d), width = min(TILE_COLUMNS, wide_columns - p * TILE_COLUMNS);
          pack_right(panel(d, p), point_stride, k_begin + k, depths.end(d) - k, wide_begin + p * TILE_COLUMNS, width, round_up(width, LANES));
        }
      });
      parallel_for(row_blocks.count * column_blocks.count, 1, [&](int64_t index, int64_t) {
        const int64_t row = row_blocks.begin(index / column_blocks.count), rows = row_blocks.end(index / column_blocks.count) - row;
        const int64_t column = column_blocks.begin(index % column_blocks.count), columns = column_blocks.end(index % column_blocks.count) - column;
        float* const left = scratch_floats(1, POINTS * Left::SIZE);
        float* const results = scratch_floats(2, POINTS * POINT_ROWS * COLUMNS);
        for (int64_t d = 0; d < depths.count; d++) {
          const int64_t k = depths.begin(d), depth = depths.end(d) - k;
          pack_left(left, row, rows, k_begin + k, depth);
          for (int64_t point = 0; point < POINTS; point++) {
            float* out_rows[POINT_ROWS];
            for (int64_t r = 0; r < rows; r++) out_rows[r] = results + (point * rows + r) * columns;
            multiply_block<Left>(rows, columns, depth, left + point * Left::SIZE, panel(d, column / TILE_COLUMNS) + point * point_stride, out_rows, d > 0);
          }
        }
        take(PointBlock{results, row, rows, wide_begin + column, columns, deep == 0, deep + 1 == deeps.count});
      });
    }
  }
}

}  // namespace t2i::T2I_ISA
