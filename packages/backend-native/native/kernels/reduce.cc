// Reductions of [batches, length, columns] over the middle axis, which every reduction becomes after merging axes (src/kernels/reduce.ts):
// name(x, out, batches, length, columns).
#include "../columns.h"
#include "../loops.h"
#include "../reducers.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t PIECE = 1 << 14;
constexpr int64_t NARROW = 64;

template <class R>
void reduce_rows(Span<const float> x, Span<float> out, int64_t rows, int64_t length) {
  using Value = typename R::Value;
  if (length <= PIECE) {
    parallel_for(rows, max(1, PIECE / max(1, length)), [=](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) *out.part(row, 1) = R::finish(reduce_run<R>(x.part(row * length, length), length), length);
    });
    return;
  }
  const int64_t pieces = ceil_div(length, PIECE);
  Value* partials = scratch<Value>(1, rows * pieces);
  parallel_for(rows * pieces, 1, [=](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; index++) {
      const int64_t first = index % pieces * PIECE, count = min(PIECE, length - first);
      partials[index] = reduce_run<R>(x.part(index / pieces * length + first, count), count);
    }
  });
  for (int64_t row = 0; row < rows; row++) {
    Value total = partials[row * pieces];
    for (int64_t piece = 1; piece < pieces; piece++) total = R::step(total, partials[row * pieces + piece]);
    *out.part(row, 1) = R::finish(total, length);
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
  for (; row + repeats <= rows; row += repeats) {
    T2I_INDEPENDENT
    for (int64_t c = 0; c < period; c++) wide[c] = R::step(wide[c], static_cast<Value>(x[row * columns + c]));
  }
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
    T2I_INDEPENDENT
    for (int64_t c = 0; c < width; c++) {
      const Value low = R::step(static_cast<Value>(x0[c]), static_cast<Value>(x0[columns + c]));
      const Value high = R::step(static_cast<Value>(x0[2 * columns + c]), static_cast<Value>(x0[3 * columns + c]));
      sums[c] = R::step(sums[c], R::step(low, high));
    }
  }
  for (; row < rows; row++) {
    T2I_INDEPENDENT
    for (int64_t c = 0; c < width; c++) sums[c] = R::step(sums[c], static_cast<Value>(x[row * columns + c]));
  }
}

template <class R>
void reduce(const Args& args) {
  using Value = typename R::Value;
  const int64_t batches = args.integer(2, "batches"), length = args.integer(3, "length", 1), columns = args.integer(4, "columns");
  const Span<const float> x = args.floats(0, "x", args.product(length, columns, batches));
  const Span<float> out = args.floats(1, "out", args.product(columns, batches));
  if (out.length == 0) return;
  if (columns == 1) return reduce_rows<R>(x, out, batches, length);
  reduce_columns<1, Value>(
      ColumnPieces(batches, length, columns),
      [=](const ColumnPiece& piece, Value* sums) {
        const int64_t rows = piece.row_end - piece.row_begin;
        const float* first = x.part((piece.batch * length + piece.row_begin) * columns + piece.column, (rows - 1) * columns + piece.width);
        if (columns <= NARROW / 2)
          reduce_narrow<R>(first, rows, columns, sums);
        else
          reduce_wide<R>(first, rows, columns, piece.width, sums);
      },
      [](Value total, Value partial) { return R::step(total, partial); },
      [=](int64_t batch, int64_t column, int64_t width, const Value* totals) {
        float* to = out.part(batch * columns + column, width);
        for (int64_t c = 0; c < width; c++) to[c] = R::finish(totals[c], length);
      });
}

// argMax(x, out: Int32Array, rows, length): the first of the largest; comparisons with NaN are false, as in the cpu backend.
template <bool Largest>
void arg_extreme(const Args& args) {
  const int64_t rows = args.integer(2, "rows"), length = args.integer(3, "length", 1, INT32_MAX);
  const Span<const float> x = args.floats(0, "x", args.product(length, rows));
  const Span<int32_t> out = args.ints(1, "out", rows);
  parallel_for(rows, max(1, PIECE / max(1, length)), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const float* values = x.part(row * length, length);
      int64_t best = 0;
      for (int64_t i = 1; i < length; i++)
        if (Largest ? values[i] > values[best] : values[i] < values[best]) best = i;
      *out.part(row, 1) = static_cast<int32_t>(best);
    }
  });
}

}  // namespace

T2I_KERNELS(reduce, {"sum", reduce<Sum>}, {"mean", reduce<Mean>}, {"prod", reduce<Prod>}, {"max", reduce<Max>}, {"min", reduce<Min>},
            {"argMax", arg_extreme<true>}, {"argMin", arg_extreme<false>})

}  // namespace t2i::T2I_ISA
