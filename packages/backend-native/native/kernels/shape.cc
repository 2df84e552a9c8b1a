// Moving elements without changing them. Transpose, slice, pad, concat, tile, reverse, depth to space … are all one strided copy.
#include "../loops.h"
#include "../packed-plan.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t PIECE = 1 << 14;
constexpr int64_t TILE = 16;

// [rank, input offset, output offset, sizes…, input strides…, output strides…], in elements; see src/kernels/strided-copy.ts, which merges axes and sorts
// them so that the output's strides fall.
struct Plan {
  PackedPlan<3, 2> packed;
  int rank;
  int64_t in_offset, out_offset;
  const int64_t *size, *in_stride, *out_stride;

  Plan(const Args& args, int index)
      : packed(args, index), rank(packed.rank), in_offset(packed.values[1]), out_offset(packed.values[2]), size(packed.axes(0)), in_stride(packed.axes(1)),
        out_stride(packed.axes(2)) {}
  Plan(const Plan&) = delete;

  bool empty() const {
    for (int axis = 0; axis < rank; axis++)
      if (size[axis] == 0) return true;
    return false;
  }

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
void copy_rows(const Plan& plan, Span<const T> x, Span<T> out) {
  const int last = plan.rank - 1;
  const int64_t n = plan.size[last], in_step = plan.in_stride[last], out_step = plan.out_stride[last];
  const int64_t blocks = max(1, ceil_div(n, PIECE));
  parallel_for(plan.count_except(last, last) * blocks, max(1, PIECE / max(1, n)), [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; item++) {
      int64_t in, to;
      plan.locate(item / blocks, last, last, in, to);
      const int64_t first = item % blocks * PIECE;
      const int64_t length = min(PIECE, n - first);
      const T* source = x.walk(in + first * in_step, length, in_step);
      T* target = out.walk(to + first * out_step, length, out_step);
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
void copy_transposed(const Plan& plan, Span<const T> x, Span<T> out, int in_axis) {
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
        for (int64_t c = 0; c < width; c++) {
          const T* source = x.part(in + row + (column + c) * in_stride, height);
          for (int64_t r = 0; r < height; r++) tile[c][r] = source[r];
        }
        for (int64_t r = 0; r < height; r++) {
          T* target = out.part(to + column + (row + r) * out_stride, width);
          for (int64_t c = 0; c < width; c++) target[c] = tile[c][r];
        }
      }
    }
  });
}

template <class T>
void copy(const Args& args, Span<const T> x, Span<T> out) {
  const Plan plan(args, 2);
  if (plan.empty()) return;
  if (!Reach(plan.in_offset, plan.rank, plan.size, plan.in_stride).inside(x.length)) args.refuse("plan leaves x");
  if (!Reach(plan.out_offset, plan.rank, plan.size, plan.out_stride).inside(out.length)) args.refuse("plan leaves out");
  const int last = plan.rank - 1;
  if (plan.in_stride[last] != 1 && plan.out_stride[last] == 1)
    for (int axis = 0; axis < last; axis++)
      if (plan.in_stride[axis] == 1) return copy_transposed<T>(plan, x, out, axis);
  copy_rows<T>(plan, x, out);
}

// copyFloats(x, out, plan), and for other element types
void copy_floats(const Args& args) { copy<float>(args, args.floats(0, "x", args.length(0, "x")), args.floats(1, "out", args.length(1, "out"))); }
void copy_ints(const Args& args) { copy<int32_t>(args, args.ints(0, "x", args.length(0, "x")), args.ints(1, "out", args.length(1, "out"))); }
void copy_bytes(const Args& args) { copy<uint8_t>(args, args.bytes(0, "x", args.length(0, "x")), args.bytes(1, "out", args.length(1, "out"))); }

// gatherRows(x, indices: Int32Array, out, batches, outer, axis size, indices per batch, slice size): out[b, o, i, :] = x[b, o, indices[b, i], :]
void gather_rows(const Args& args) {
  const int64_t batches = args.integer(3, "batches"), outer = args.integer(4, "outer"), axis = args.integer(5, "axis size");
  const int64_t picks = args.integer(6, "picks"), slice = args.integer(7, "slice size");
  const Span<const float> x = args.floats(0, "x", args.product(slice, axis, outer, batches));
  const Span<const int32_t> indices = args.ints(1, "indices", args.product(picks, batches));
  const Span<float> out = args.floats(2, "out", args.product(slice, picks, outer, batches));
  if (out.length == 0) return;
  for (int64_t i = 0; i < indices.length; i++)
    if (indices.data[i] < 0 || indices.data[i] >= axis) args.refuse("an index is outside its axis");
  parallel_for(batches * outer * picks, max(1, PIECE / max(1, slice)), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const int64_t block = row / picks;
      const int64_t index = *indices.part(block / outer * picks + row % picks, 1);
      memcpy(out.part(row * slice, slice), x.part((block * axis + index) * slice, slice), static_cast<size_t>(slice) * sizeof(float));
    }
  });
}

}  // namespace

T2I_KERNELS(shape, {"copyFloats", copy_floats}, {"copyInts", copy_ints}, {"copyBytes", copy_bytes}, {"gatherRows", gather_rows})

}  // namespace t2i::T2I_ISA
