// Moving elements without changing them. Transpose, slice, pad, concat, tile, reverse, depth to space … are all one strided copy.
#include "../kernel.h"
#include "../loops.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t PIECE = 1 << 14;
constexpr int64_t TILE = 16;

// [rank, input offset, output offset, sizes…, input strides…, output strides…], in elements; see src/kernels/strided-copy.ts, which merges axes and sorts
// them so that the output's strides fall.
struct Plan {
  int rank;
  int64_t in_offset, out_offset;
  const int32_t *size, *in_stride, *out_stride;

  explicit Plan(const int32_t* p) : rank(p[0]), in_offset(p[1]), out_offset(p[2]), size(p + 3), in_stride(p + 3 + rank), out_stride(p + 3 + 2 * rank) {}

  int64_t count_except(int skip0, int skip1) const {
    int64_t count = 1;
    for (int axis = 0; axis < rank; axis++)
      if (axis != skip0 && axis != skip1) count *= size[axis];
    return count;
  }

  // Offsets of the `index`-th position of the other axes.
  void locate(int64_t index, int skip0, int skip1, int64_t& in, int64_t& out) const {
    in = in_offset;
    out = out_offset;
    for (int axis = rank - 1; axis >= 0; axis--) {
      if (axis == skip0 || axis == skip1) continue;
      in += index % size[axis] * in_stride[axis];
      out += index % size[axis] * out_stride[axis];
      index /= size[axis];
    }
  }
};

// Rows along the last axis.
template <class T>
void copy_rows(const Plan& plan, const T* x, T* out) {
  const int last = plan.rank - 1;
  const int64_t n = plan.size[last], in_step = plan.in_stride[last], out_step = plan.out_stride[last];
  const int64_t blocks = max(1, ceil_div(n, PIECE));
  parallel_for(plan.count_except(last, last) * blocks, max(1, PIECE / max(1, n)), [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; item++) {
      int64_t in, to;
      plan.locate(item / blocks, last, last, in, to);
      const int64_t first = item % blocks * PIECE;
      const int64_t length = min(PIECE, n - first);
      const T* source = x + in + first * in_step;
      T* target = out + to + first * out_step;
      if (in_step == 1 && out_step == 1) {
        memcpy(target, source, static_cast<size_t>(length) * sizeof(T));
      } else {
        T2I_INDEPENDENT
        for (int64_t i = 0; i < length; i++) target[i * out_step] = source[i * in_step];
      }
    }
  });
}

// A tile is read along the axis where the input is contiguous and written along the axis (the last) where the output is.
template <class T>
void copy_transposed(const Plan& plan, const T* x, T* out, int in_axis) {
  const int out_axis = plan.rank - 1;
  const int64_t rows = plan.size[in_axis], columns = plan.size[out_axis];  // out is [rows, columns], x [columns, rows]
  const int64_t in_stride = plan.in_stride[out_axis], out_stride = plan.out_stride[in_axis];
  const int64_t bands = ceil_div(rows, TILE);
  parallel_for(plan.count_except(in_axis, out_axis) * bands, max(1, PIECE / (TILE * columns)), [&](int64_t begin, int64_t end) {
    T tile[TILE][TILE];
    for (int64_t item = begin; item < end; item++) {
      int64_t in, to;
      plan.locate(item / bands, in_axis, out_axis, in, to);
      const int64_t row = item % bands * TILE;
      const int64_t height = min(TILE, rows - row);
      for (int64_t column = 0; column < columns; column += TILE) {
        const int64_t width = min(TILE, columns - column);
        const T* source = x + in + row + column * in_stride;
        T* target = out + to + column + row * out_stride;
        for (int64_t c = 0; c < width; c++)
          for (int64_t r = 0; r < height; r++) tile[c][r] = source[c * in_stride + r];
        for (int64_t r = 0; r < height; r++)
          for (int64_t c = 0; c < width; c++) target[r * out_stride + c] = tile[c][r];
      }
    }
  });
}

template <class T>
void copy(const T* x, T* out, const int32_t* packed) {
  const Plan plan(packed);
  const int last = plan.rank - 1;
  if (plan.in_stride[last] != 1 && plan.out_stride[last] == 1)
    for (int axis = 0; axis < last; axis++)
      if (plan.in_stride[axis] == 1) return copy_transposed(plan, x, out, axis);
  copy_rows(plan, x, out);
}

// copyFloats(x, out, plan), and for other element types
void copy_floats(const Args& args) { copy(args.floats(0), args.floats(1), args.ints(2)); }
void copy_ints(const Args& args) { copy(args.ints(0), args.ints(1), args.ints(2)); }
void copy_bytes(const Args& args) { copy(args.bytes(0), args.bytes(1), args.ints(2)); }

// gatherRows(x, indices: Int32Array, out, batches, outer, axis size, indices per batch, slice size): out[b, o, i, :] = x[b, o, indices[b, i], :]
void gather_rows(const Args& args) {
  const float* x = args.floats(0);
  const int32_t* indices = args.ints(1);
  float* out = args.floats(2);
  const int64_t batches = args.integer(3), outer = args.integer(4), axis = args.integer(5), picks = args.integer(6), slice = args.integer(7);
  parallel_for(batches * outer * picks, max(1, PIECE / max(1, slice)), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const int64_t block = row / picks;
      const int64_t index = indices[block / outer * picks + row % picks];
      memcpy(out + row * slice, x + (block * axis + index) * slice, static_cast<size_t>(slice) * sizeof(float));
    }
  });
}

}  // namespace

T2I_KERNELS(shape, {"copyFloats", copy_floats}, {"copyInts", copy_ints}, {"copyBytes", copy_bytes}, {"gatherRows", gather_rows})

}  // namespace t2i::T2I_ISA
