// Reductions of [batches, length, columns] over the middle axis, which every reduction becomes after merging axes (src/kernels/reduce.ts):
// name(x, out, batches, length, columns). Sums and products accumulate in double.
#include "../columns.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t PIECE = 1 << 14;
constexpr int64_t LANE_COUNT = 16;  // the same for every instruction set, and so are the results
constexpr int64_t NARROW = 64;

struct Sum {
  using Value = double;
  static constexpr Value IDENTITY = 0;
  static Value step(Value total, Value x) { return total + x; }
  static float finish(Value total, int64_t) { return static_cast<float>(total); }
};

struct Mean : Sum {
  static float finish(Value total, int64_t count) { return static_cast<float>(total / static_cast<double>(count)); }
};

struct Prod {
  using Value = double;
  static constexpr Value IDENTITY = 1;
  static Value step(Value total, Value x) { return total * x; }
  static float finish(Value total, int64_t) { return static_cast<float>(total); }
};

// NaN wins, as in the cpu backend.
struct Max {
  using Value = float;
  static constexpr Value IDENTITY = -INFINITY;
  static Value step(Value total, Value x) { return (x > total) | (x != x) ? x : total; }
  static float finish(Value total, int64_t) { return total; }
};

struct Min {
  using Value = float;
  static constexpr Value IDENTITY = INFINITY;
  static Value step(Value total, Value x) { return (x < total) | (x != x) ? x : total; }
  static float finish(Value total, int64_t) { return total; }
};

template <class R>
typename R::Value reduce_run(const float* x, int64_t n) {
  using Value = typename R::Value;
  Value lanes[LANE_COUNT];
  for (Value& lane : lanes) lane = R::IDENTITY;
  int64_t i = 0;
  for (; i + LANE_COUNT <= n; i += LANE_COUNT)
    for (int64_t lane = 0; lane < LANE_COUNT; lane++) lanes[lane] = R::step(lanes[lane], static_cast<Value>(x[i + lane]));
  for (int64_t lane = 0; i < n; i++, lane++) lanes[lane] = R::step(lanes[lane], static_cast<Value>(x[i]));
  for (int64_t half = LANE_COUNT / 2; half > 0; half /= 2)
    for (int64_t lane = 0; lane < half; lane++) lanes[lane] = R::step(lanes[lane], lanes[lane + half]);
  return lanes[0];
}

template <class R>
void reduce_rows(const float* x, float* out, int64_t rows, int64_t length) {
  using Value = typename R::Value;
  if (length <= PIECE) {
    parallel_for(rows, max(1, PIECE / max(1, length)), [=](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) out[row] = R::finish(reduce_run<R>(x + row * length, length), length);
    });
    return;
  }
  const int64_t pieces = ceil_div(length, PIECE);
  Value* partials = static_cast<Value*>(thread_scratch(1, rows * pieces * static_cast<int64_t>(sizeof(Value))));
  parallel_for(rows * pieces, 1, [=](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; index++) {
      const int64_t first = index % pieces * PIECE;
      partials[index] = reduce_run<R>(x + index / pieces * length + first, min(PIECE, length - first));
    }
  });
  for (int64_t row = 0; row < rows; row++) {
    Value total = partials[row * pieces];
    for (int64_t piece = 1; piece < pieces; piece++) total = R::step(total, partials[row * pieces + piece]);
    out[row] = R::finish(total, length);
  }
}

// A narrow matrix is read as one with several of its rows side by side, whose columns are then folded.
template <class R>
void reduce_narrow(const float* x, int64_t rows, int64_t columns, typename R::Value* sums) {
  using Value = typename R::Value;
  const int64_t repeats = NARROW / columns;
  const int64_t period = repeats * columns;
  Value wide[NARROW];
  for (int64_t c = 0; c < period; c++) wide[c] = R::IDENTITY;
  int64_t row = 0;
  for (; row + repeats <= rows; row += repeats)
    for (int64_t c = 0; c < period; c++) wide[c] = R::step(wide[c], static_cast<Value>(x[row * columns + c]));
  for (int64_t c = 0; c < (rows - row) * columns; c++) wide[c] = R::step(wide[c], static_cast<Value>(x[row * columns + c]));
  for (int64_t c = 0; c < columns; c++) sums[c] = wide[c];
  for (int64_t c = columns; c < period; c++) sums[c % columns] = R::step(sums[c % columns], wide[c]);
}

template <class R>
void reduce_wide(const float* x, int64_t rows, int64_t columns, int64_t width, typename R::Value* sums) {
  using Value = typename R::Value;
  for (int64_t c = 0; c < width; c++) sums[c] = R::IDENTITY;
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float* x0 = x + row * columns;
    for (int64_t c = 0; c < width; c++) {
      const Value low = R::step(static_cast<Value>(x0[c]), static_cast<Value>(x0[columns + c]));
      const Value high = R::step(static_cast<Value>(x0[2 * columns + c]), static_cast<Value>(x0[3 * columns + c]));
      sums[c] = R::step(sums[c], R::step(low, high));
    }
  }
  for (; row < rows; row++)
    for (int64_t c = 0; c < width; c++) sums[c] = R::step(sums[c], static_cast<Value>(x[row * columns + c]));
}

template <class R>
void reduce(const Args& args) {
  using Value = typename R::Value;
  const float* x = args.floats(0);
  float* out = args.floats(1);
  const int64_t batches = args.integer(2), length = args.integer(3), columns = args.integer(4);
  if (batches * columns == 0) return;
  if (columns == 1) return reduce_rows<R>(x, out, batches, length);
  reduce_columns<1, Value>(
      ColumnPieces(batches, length, columns),
      [=](const ColumnPiece& piece, Value* sums) {
        const float* first = x + (piece.batch * length + piece.row_begin) * columns + piece.column;
        if (columns <= NARROW / 2)
          reduce_narrow<R>(first, piece.row_end - piece.row_begin, columns, sums);
        else
          reduce_wide<R>(first, piece.row_end - piece.row_begin, columns, piece.width, sums);
      },
      [](Value total, Value partial) { return R::step(total, partial); },
      [=](int64_t batch, int64_t column, int64_t width, const Value* totals) {
        for (int64_t c = 0; c < width; c++) out[batch * columns + column + c] = R::finish(totals[c], length);
      });
}

// argMax(x, out: Int32Array, rows, length): the first of the largest; comparisons with NaN are false, as in the cpu backend.
template <bool Largest>
void arg_extreme(const Args& args) {
  const float* x = args.floats(0);
  int32_t* out = args.ints(1);
  const int64_t rows = args.integer(2), length = args.integer(3);
  parallel_for(rows, max(1, PIECE / max(1, length)), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const float* values = x + row * length;
      int64_t best = 0;
      for (int64_t i = 1; i < length; i++)
        if (Largest ? values[i] > values[best] : values[i] < values[best]) best = i;
      out[row] = static_cast<int32_t>(best);
    }
  });
}

}  // namespace

T2I_KERNELS(reduce, {"sum", reduce<Sum>}, {"mean", reduce<Mean>}, {"prod", reduce<Prod>}, {"max", reduce<Max>}, {"min", reduce<Min>},
            {"argMax", arg_extreme<true>}, {"argMin", arg_extreme<false>})

}  // namespace t2i::T2I_ISA
