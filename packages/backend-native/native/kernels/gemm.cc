// Batched matrix product with optional transposes, bias and activation.
#include "../gemm.h"

#include "../activation.h"

namespace t2i::T2I_ISA {
namespace {

struct Matrix {
  Span<const float> data;
  int64_t stride;  // floats from one stored row to the next
  bool transposed;
};

struct PackLeftRows {
  Matrix a;
  void operator()(float* to, int64_t row, int64_t rows, int64_t k, int64_t depth) const {
    for (int64_t r = 0; r < rows; r++) copy_floats(to + ByRows::at(r, 0), a.data.part((row + r) * a.stride + k, depth), depth);
  }
};

struct PackLeftColumns {
  Matrix a;
  void operator()(float* to, int64_t row, int64_t rows, int64_t k, int64_t depth) const {
    for (int64_t i = 0; i < depth; i++) copy_floats(to + ByColumns::at(0, i), a.data.part((k + i) * a.stride + row, rows), rows);
  }
};

void multiply_matrices(const ProductSize& size, const Matrix& a, const Matrix& b, Span<float> out, const FusedTail& tail) {
  const auto out_row = [=](int64_t row) { return out.part(row * size.columns, size.columns); };
  const auto finish = [&](int64_t row, int64_t rows, int64_t column, int64_t columns) { tail.apply(out_row, row, rows, column, columns); };
  const auto with_left = [&](const auto& pack_right) {
    if (a.transposed)
      multiply<ByColumns>(size, PackLeftColumns{a}, pack_right, out_row, finish);
    else
      multiply<ByRows>(size, PackLeftRows{a}, pack_right, out_row, finish);
  };
  if (b.transposed)
    with_left(PackRightTransposed{b.data, b.stride});
  else
    with_left(PackRight{b.data, b.stride});
}

// With so few rows, copying the right factor would cost more than multiplying it.
constexpr int64_t FEW_ROWS = 4;

// The right factor is read once, in runs of this many columns that stay in L1 together with the sums.
constexpr int64_t RUN = 512;

void multiply_few_rows(const ProductSize& size, const Matrix& a, Span<const float> b, Span<float> out, const FusedTail& tail) {
  const int64_t row_step = a.transposed ? 1 : a.stride, k_step = a.transposed ? a.stride : 1;
  const auto out_row = [=](int64_t row) { return out.part(row * size.columns, size.columns); };
  parallel_for(size.columns, RUN, [&](int64_t begin, int64_t end) {
    for (int64_t row = 0; row < size.rows; row++) zero_floats(out_row(row) + begin, end - begin);
    for (int64_t k = 0; k < size.depth; k++)
      for (int64_t row = 0; row < size.rows; row++)
        add_scaled(out_row(row) + begin, *a.data.part(row * row_step + k * k_step, 1), b.part(k * size.columns + begin, end - begin), end - begin);
    tail.apply(out_row, 0, size.rows, begin, end - begin);
  });
}

// matMul(a, b, out, [batch, batchA, batchB, rows, columns, depth, transposeA, transposeB], bias?, activation, alpha, slopes?): product i is of the
// matrices i mod batchA and i mod batchB.
void mat_mul(const Args& args) {
  int64_t p[8];
  args.integers(3, "sizes", 8, p);
  for (const int64_t number : p)
    if (number < 0) args.refuse("sizes has a negative number");
  const int64_t batch = p[0], batch_a = p[1], batch_b = p[2];
  const ProductSize size{p[3], p[4], p[5]};
  const bool transpose_a = p[6] != 0, transpose_b = p[7] != 0;
  const int64_t size_a = args.product(size.rows, size.depth), size_b = args.product(size.depth, size.columns), size_out = args.product(size.rows, size.columns);
  const Span<const float> a = args.floats(0, "a", args.product(size_a, batch_a)), b = args.floats(1, "b", args.product(size_b, batch_b));
  const Span<float> out = args.floats(2, "out", args.product(size_out, batch));
  const FusedTail tail = FusedTail::from(args, 4, size.columns);
  if (out.length == 0) return;
  if (batch_a == 0 || batch_b == 0) args.refuse("nothing to multiply");
  const auto one = [&](int64_t i) {
    const Matrix left{{a.part(i % batch_a * size_a, size_a), size_a}, transpose_a ? size.rows : size.depth, transpose_a};
    const Matrix right{{b.part(i % batch_b * size_b, size_b), size_b}, transpose_b ? size.depth : size.columns, transpose_b};
    const Span<float> product{out.part(i * size_out, size_out), size_out};
    if (size.rows <= FEW_ROWS && !transpose_b)
      multiply_few_rows(size, left, right.data, product, tail);
    else
      multiply_matrices(size, left, right, product, tail);
  };
  // Many small products are shared out whole, few large ones in pieces.
  if (batch > 1 && size.rows * size.columns <= ROW_BLOCK * COLUMN_BLOCK)
    parallel_for(batch, 1, [&](int64_t i, int64_t) { one(i); });
  else
    for (int64_t i = 0; i < batch; i++) one(i);
}

}  // namespace
T2I_KERNELS(gemm, {"matMul", mat_mul})
}  // namespace t2i::T2I_ISA
