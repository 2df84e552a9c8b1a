// Matrix product out = left · right, the core of matmul and of every convolution. Both factors are copied ("packed") into small blocks on the way, so a
// caller describes its matrix by how to copy a block of it: a convolution copies image patches and never builds the whole patch matrix.
//
// Blocking, as in Goto & van de Geijn 2008: a tile of TILE_ROWS × TILE_COLUMNS sums stays in registers while `depth` runs; the left block stays in L2,
// the right panels pass through L1. The order of additions of each output depends on the sizes alone.
#pragma once
#include "kernel.h"
#include "transpose.h"

namespace t2i::T2I_ISA {

constexpr int TILE_ROWS = VECTOR_REGISTERS == 32 ? 14 : 6;
constexpr int TILE_VECTORS = 2;
constexpr int TILE_COLUMNS = TILE_VECTORS * LANES;
constexpr int DEPTH_BLOCK = 256;
constexpr int ROW_BLOCK = 8 * TILE_ROWS;
constexpr int COLUMN_BLOCK = 256;
// Packed right panels kept at a time, in floats: 8 MiB, a part of the shared cache.
constexpr int64_t RIGHT_BLOCK = int64_t{2} << 20;

// How a packed left block of at most ROWS × DEPTH lies in memory. Rows: element (row, k) at row·STRIDE + k. Columns: at k·STRIDE + row. The strides are
// constants so that a tile needs one address register; they are no powers of two, which would crowd a few cache sets.
template <int ROWS, int DEPTH>
struct RowsOf {
  static constexpr int64_t STRIDE = DEPTH + 16;
  static constexpr int64_t SIZE = ROWS * STRIDE;
  static constexpr int64_t at(int64_t row, int64_t k) { return row * STRIDE + k; }
};
template <int ROWS, int DEPTH>
struct ColumnsOf {
  static constexpr int64_t STRIDE = ROWS + 8;
  static constexpr int64_t SIZE = DEPTH * STRIDE;
  static constexpr int64_t at(int64_t row, int64_t k) { return k * STRIDE + row; }
};
using ByRows = RowsOf<ROW_BLOCK, DEPTH_BLOCK>;
using ByColumns = ColumnsOf<ROW_BLOCK, DEPTH_BLOCK>;

inline void copy_floats(float* to, const float* from, int64_t count) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, load(from + i));
  if (i < count) store_part(to + i, load_part(from + i, count - i), count - i);
}

// to[i] += factor · from[i]
inline void add_scaled(float* to, float factor, const float* from, int64_t count) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, load(to + i) + factor * load(from + i));
  for (; i < count; i++) to[i] += factor * from[i];
}

inline void zero_floats(float* to, int64_t count) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, vf{});
  if (i < count) store_part(to + i, vf{}, count - i);
}

// out[r][0…columns) (+)= left · right for ROWS rows and at most VECTORS·LANES columns. `right`: rows of VECTORS·LANES floats, zero behind `columns`.
template <class Left, int ROWS, int VECTORS>
void multiply_tile(int64_t depth, const float* left, const float* right, float* const* out, int64_t columns, bool accumulate) {
  vf sum[ROWS][VECTORS] = {};
  for (int64_t k = 0; k < depth; k++, right += VECTORS * LANES) {
    vf b[VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < VECTORS; v++) b[v] = load(right + v * LANES);
#pragma GCC unroll 16
    for (int r = 0; r < ROWS; r++) {
      const vf a = broadcast(left[Left::at(r, k)]);
#pragma GCC unroll 16
      for (int v = 0; v < VECTORS; v++) sum[r][v] += a * b[v];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < ROWS; r++) {
#pragma GCC unroll 16
    for (int v = 0; v < VECTORS; v++) {
      float* to = out[r] + v * LANES;
      const int64_t rest = columns - v * LANES;
      if (rest >= LANES)
        store(to, accumulate ? load(to) + sum[r][v] : sum[r][v]);
      else if (rest > 0)
        store_part(to, accumulate ? load_part(to, rest) + sum[r][v] : sum[r][v], rest);
    }
  }
}

using TileFunction = void (*)(int64_t depth, const float* left, const float* right, float* const* out, int64_t columns, bool accumulate);

template <class Left, int ROWS = TILE_ROWS>
TileFunction tile_function(int64_t rows, int64_t vectors) {
  if constexpr (ROWS == 0) {
    return nullptr;
  } else {
    if (rows < ROWS) return tile_function<Left, ROWS - 1>(rows, vectors);
    return vectors == TILE_VECTORS ? multiply_tile<Left, ROWS, TILE_VECTORS> : multiply_tile<Left, ROWS, 1>;
  }
}

// One part of 0…length: `count` parts of nearly equal size, none above `limit`.
struct Parts {
  int64_t length, count, size;
  Parts(int64_t length, int64_t limit, int64_t unit = 1) : length(length) {
    count = max(1, ceil_div(length, limit));
    size = max(1, ceil_div(ceil_div(length, count), unit) * unit);
    count = max(1, ceil_div(length, size));
  }
  int64_t begin(int64_t i) const { return min(length, i * size); }
  int64_t end(int64_t i) const { return min(length, (i + 1) * size); }
};

inline int64_t round_up(int64_t n, int64_t unit) { return ceil_div(n, unit) * unit; }

// rows × columns outputs (+)= packed left block · packed right panels of one depth block. `out_rows[r]` points to column 0 of row r.
template <class Left>
void multiply_block(int64_t rows, int64_t columns, int64_t depth, const float* left, const float* right, float* const* out_rows, bool accumulate) {
  const Parts tiles(rows, TILE_ROWS);
  for (int64_t column = 0; column < columns; column += TILE_COLUMNS) {
    const int64_t width = min(TILE_COLUMNS, columns - column);
    const int64_t vectors = ceil_div(width, LANES);
    for (int64_t t = 0; t < tiles.count; t++) {
      const int64_t first = tiles.begin(t), count = tiles.end(t) - first;
      float* out[TILE_ROWS];
      for (int64_t r = 0; r < count; r++) out[r] = out_rows[first + r] + column;
      tile_function<Left>(count, vectors)(depth, left + Left::at(first, 0), right, out, width, accumulate);
    }
    right += depth * vectors * LANES;
  }
}

inline void do_nothing(int64_t, int64_t, int64_t, int64_t) {}

struct ProductSize {
  int64_t rows, columns, depth;
};

// The whole product, shared among the threads.
//   pack_left(to, row, rows, k, depth): copies a block of the left factor into `Left` order.
//   pack_right(to, k, depth, column, width, stride): copies `width` columns of `depth` rows of the right factor into rows of `stride` floats, zero behind `width`.
//   out_row(row): where column 0 of an output row is; columns are contiguous.
//   finish(row, rows, column, columns): called once when that block of outputs is complete (bias, activation).
template <class Left, class PackLeft, class PackRight, class OutRow, class Finish>
void multiply(const ProductSize& size, const PackLeft& pack_left, const PackRight& pack_right, const OutRow& out_row, const Finish& finish) {
  const Parts row_blocks(size.rows, ROW_BLOCK, TILE_ROWS);
  const Parts depth_blocks(size.depth, DEPTH_BLOCK, 4);
  const Parts wide_blocks(size.columns, RIGHT_BLOCK / DEPTH_BLOCK, COLUMN_BLOCK);
  if (size.rows == 0 || size.columns == 0) return;
  for (int64_t wide = 0; wide < wide_blocks.count; wide++) {
    const int64_t wide_begin = wide_blocks.begin(wide), wide_columns = wide_blocks.end(wide) - wide_begin;
    const int64_t packed_columns = round_up(wide_columns, LANES);
    const Parts column_blocks(wide_columns, COLUMN_BLOCK, TILE_COLUMNS);
    const int64_t panels = ceil_div(wide_columns, TILE_COLUMNS);
    const int64_t depth_step = max(1, RIGHT_BLOCK / (packed_columns * depth_blocks.size));
    float* const right = scratch_floats(0, packed_columns * depth_blocks.size * min(depth_step, depth_blocks.count));

    for (int64_t first = 0; first < depth_blocks.count; first += depth_step) {
      const int64_t last = min(first + depth_step, depth_blocks.count);
      const int64_t k_first = depth_blocks.begin(first);
      // Panel p of depth block d starts where the blocks before it and the columns before it end.
      const auto panel = [&](int64_t d, int64_t p) {
        const int64_t k = depth_blocks.begin(d);
        return right + (k - k_first) * packed_columns + p * TILE_COLUMNS * (depth_blocks.end(d) - k);
      };
      parallel_for((last - first) * panels, 4, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
          const int64_t d = first + i / panels, p = i % panels, k = depth_blocks.begin(d);
          const int64_t width = min(TILE_COLUMNS, wide_columns - p * TILE_COLUMNS);
          pack_right(panel(d, p), k, depth_blocks.end(d) - k, wide_begin + p * TILE_COLUMNS, width, round_up(width, LANES));
        }
      });
      parallel_for(row_blocks.count * column_blocks.count, 1, [&](int64_t index, int64_t) {
        const int64_t row = row_blocks.begin(index / column_blocks.count), rows = row_blocks.end(index / column_blocks.count) - row;
        const int64_t column = column_blocks.begin(index % column_blocks.count), columns = column_blocks.end(index % column_blocks.count) - column;
        float* const left = scratch_floats(1, Left::SIZE);
        float* out_rows[ROW_BLOCK];
        for (int64_t r = 0; r < rows; r++) out_rows[r] = out_row(row + r) + wide_begin + column;
        for (int64_t d = first; d < last; d++) {
          const int64_t k = depth_blocks.begin(d), depth = depth_blocks.end(d) - k;
          pack_left(left, row, rows, k, depth);
          multiply_block<Left>(rows, columns, depth, left, panel(d, column / TILE_COLUMNS), out_rows, d > 0);
        }
        if (last == depth_blocks.count) finish(row, rows, wide_begin + column, columns);
      });
    }
  }
}

// Packs from a plain matrix: element (k, column) at k·stride + column.
struct PackRight {
  Span<const float> from;
  int64_t stride;
  void operator()(float* to, int64_t k, int64_t depth, int64_t column, int64_t width, int64_t to_stride) const {
    for (int64_t i = 0; i < depth; i++, to += to_stride) {
      copy_floats(to, from.part((k + i) * stride + column, width), width);
      zero_floats(to + width, to_stride - width);
    }
  }
};

// Packs from a transposed matrix: element (k, column) at column·stride + k.
struct PackRightTransposed {
  Span<const float> from;
  int64_t stride;
  void operator()(float* to, int64_t k, int64_t depth, int64_t column, int64_t width, int64_t to_stride) const {
    for (int64_t j = 0; j < to_stride; j += LANES)
      for (int64_t i = 0; i < depth; i += LANES) {
        const int64_t rows = min(LANES, width - j), columns = min(LANES, depth - i);
        transpose_block(from.part((column + j) * stride + k + i, (rows - 1) * stride + columns), stride, rows, columns, to + i * to_stride + j, to_stride);
      }
  }
};

}  // namespace t2i::T2I_ISA
