// Two inputs with broadcasting: name(a, b, out, plan). `plan` is a Float64Array [rank, sizes…, strides of a…, strides of b…] of the output's axes, adjacent
// ones merged wherever both inputs allow (src/kernels/broadcast.ts); a stride is 0 along a broadcast axis, and 0 or 1 along the last.
#include "../elementary.h"
#include "../loops.h"
#include "../packed-plan.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t GRAIN = 1 << 14;
// A row shorter than this costs more in its loop than in its elements; a channel vector is repeated to about LONG_ROW, which level 1 of the cache holds.
constexpr int64_t SHORT_ROW = 256;
constexpr int64_t LONG_ROW = 1024;

struct Plan {
  PackedPlan<1, 2> packed;
  int rank;
  const int64_t *size, *stride_a, *stride_b;
  int64_t rows = 1, row_length;
  bool step_a, step_b;  // whether the last axis of a, b moves

  Plan(const Args& args, int index)
      : packed(args, index), rank(packed.rank), size(packed.axes(0)), stride_a(packed.axes(1)), stride_b(packed.axes(2)), row_length(size[rank - 1]),
        step_a(stride_a[rank - 1] != 0), step_b(stride_b[rank - 1] != 0) {
    for (int axis = 0; axis < rank; axis++)
      if (stride_a[axis] < 0 || stride_b[axis] < 0) args.refuse("plan has a negative stride");
    if (stride_a[rank - 1] > 1 || stride_b[rank - 1] > 1) args.refuse("plan skips elements");
    for (int axis = 0; axis < rank - 1; axis++) rows = args.product(rows, size[axis]);
  }
  Plan(const Plan&) = delete;

  int64_t elements(const Args& args) const { return args.product(rows, row_length); }
  // Elements that an input of these strides has.
  int64_t reach(const Args& args, const int64_t* stride) const {
    const __int128 highest = Reach(0, rank, size, stride).highest;
    if (highest >= Args::MAX_INTEGER) args.refuse("plan reaches too far");
    return static_cast<int64_t>(highest) + 1;
  }

  // Where row number `row` of the output begins in a or b.
  int64_t offset(int64_t row, const int64_t* stride) const {
    int64_t offset = 0;
    for (int axis = rank - 2; axis >= 0; axis--) {
      offset += row % size[axis] * stride[axis];
      row /= size[axis];
    }
    return offset;
  }
};

template <class Op, class In, class Out>
void apply_row(const In* a, bool step_a, const In* b, bool step_b, Out* out, int64_t n) {
  if (step_a && step_b) {
    T2I_INDEPENDENT
    for (int64_t i = 0; i < n; i++) out[i] = Op::apply(a[i], b[i]);
  } else if (step_a) {
    const In right = *b;
    T2I_INDEPENDENT
    for (int64_t i = 0; i < n; i++) out[i] = Op::apply(a[i], right);
  } else {
    const In left = *a;
    T2I_INDEPENDENT
    for (int64_t i = 0; i < n; i++) out[i] = Op::apply(left, b[step_b ? i : 0]);
  }
}

// One row is cut into blocks, or several rows make a piece: either way about GRAIN elements.
template <class Op, class In, class Out>
void apply_rows(const Plan& plan, Span<const In> a, Span<const In> b, Span<Out> out) {
  const int64_t blocks = max(1, ceil_div(plan.row_length, GRAIN));
  parallel_for(plan.rows * blocks, max(1, GRAIN / max(1, plan.row_length)), [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; item++) {
      const int64_t row = item / blocks;
      const int64_t first = item % blocks * GRAIN;
      const int64_t n = min(GRAIN, plan.row_length - first);
      const In* left = a.walk(plan.offset(row, plan.stride_a) + (plan.step_a ? first : 0), n, plan.step_a);
      const In* right = b.walk(plan.offset(row, plan.stride_b) + (plan.step_b ? first : 0), n, plan.step_b);
      apply_row<Op>(left, plan.step_a, right, plan.step_b, out.part(row * plan.row_length + first, n), n);
    }
  });
}

// [rows, n] with [n]: the vector of a short row is repeated so that many rows become one loop.
template <class Op, class In, class Out>
void apply_repeated(const Plan& plan, Span<const In> full, Span<const In> vector, bool vector_is_a, Span<Out> out) {
  const int64_t repeats = ceil_div(LONG_ROW, plan.row_length);
  const int64_t period = repeats * plan.row_length;
  In* const repeated = scratch<In>(0, period);
  for (int64_t i = 0; i < period; i++) repeated[i] = vector.data[i % plan.row_length];
  const int64_t total = out.length;
  parallel_for(ceil_div(total, period), max(1, GRAIN / period), [=](int64_t begin, int64_t end) {
    for (int64_t offset = begin * period; offset < min(total, end * period); offset += period) {
      const int64_t n = min(period, total - offset);
      if (vector_is_a)
        apply_row<Op>(static_cast<const In*>(repeated), true, full.part(offset, n), true, out.part(offset, n), n);
      else
        apply_row<Op>(full.part(offset, n), true, static_cast<const In*>(repeated), true, out.part(offset, n), n);
    }
  });
}

template <class T>
Span<T> elements(const Args& args, int index, const char* name, int64_t length);
template <>
Span<float> elements(const Args& args, int index, const char* name, int64_t length) {
  return args.floats(index, name, length);
}
template <>
Span<int32_t> elements(const Args& args, int index, const char* name, int64_t length) {
  return args.ints(index, name, length);
}
template <>
Span<uint8_t> elements(const Args& args, int index, const char* name, int64_t length) {
  return args.bytes(index, name, length);
}

template <class Op, class In, class Out>
void binary(const Args& args) {
  const Plan plan(args, 3);
  const Span<Out> out = elements<Out>(args, 2, "out", plan.elements(args));
  if (out.length == 0) return;
  const Span<const In> a = elements<In>(args, 0, "a", plan.reach(args, plan.stride_a)), b = elements<In>(args, 1, "b", plan.reach(args, plan.stride_b));
  const bool matrix = plan.rank == 2 && plan.row_length < SHORT_ROW && plan.step_a && plan.step_b;
  if (matrix && plan.stride_b[0] == 0)
    apply_repeated<Op, In, Out>(plan, a, b, false, out);
  else if (matrix && plan.stride_a[0] == 0)
    apply_repeated<Op, In, Out>(plan, b, a, true, out);
  else
    apply_rows<Op, In, Out>(plan, a, b, out);
}

template <class Op>
constexpr auto floats_to_floats = binary<Op, float, float>;
template <class Op>
constexpr auto ints_to_ints = binary<Op, int32_t, int32_t>;
template <class Op>
constexpr auto floats_to_bytes = binary<Op, float, uint8_t>;
template <class Op>
constexpr auto bytes_to_bytes = binary<Op, uint8_t, uint8_t>;

#define T2I_BINARY(Name, Type, Result, expression)                    \
  struct Name {                                                       \
    static Result apply(Type a, Type b) { return expression; }        \
  };

// Math.max and Math.min: NaN wins, and +0 > −0 (of two equal numbers only the sign can differ: `and` of the bits is the larger, `or` the smaller).
inline float larger(float a, float b) {
  const float unequal = a > b ? a : b;
  const float result = a == b ? bits_float(float_bits(a) & float_bits(b)) : unequal;
  return a == a ? result : a;
}

inline float smaller(float a, float b) {
  const float unequal = a < b ? a : b;
  const float result = a == b ? bits_float(float_bits(a) | float_bits(b)) : unequal;
  return a == a ? result : a;
}

// Math.pow differs from C in that 1 or −1 to the power of NaN or ±Infinity is NaN.
inline float power(float a, float b) {
  const bool undefined = b != b || (__builtin_fabsf(a) == 1.0f && __builtin_fabsf(b) == INFINITY);
  return undefined ? NAN : static_cast<float>(__builtin_pow(a, b));
}

// Modulo 2³², as every processor multiplies; a product in JavaScript's numbers loses its lowest digits.
inline int32_t times(int32_t a, int32_t b) { return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b)); }
inline int32_t minus(int32_t a, int32_t b) { return static_cast<int32_t>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b)); }

T2I_BINARY(MultiplyInts, int32_t, int32_t, times(a, b))
T2I_BINARY(SquaredDifferenceInts, int32_t, int32_t, times(minus(a, b), minus(a, b)))
T2I_BINARY(Add, float, float, a + b)
T2I_BINARY(Sub, float, float, a - b)
T2I_BINARY(Multiply, float, float, a* b)
T2I_BINARY(RealDiv, float, float, a / b)
T2I_BINARY(SquaredDifference, float, float, (a - b) * (a - b))
T2I_BINARY(Maximum, float, float, larger(a, b))
T2I_BINARY(Minimum, float, float, smaller(a, b))
T2I_BINARY(Prelu, float, float, a < 0.0f ? b * a : a)
T2I_BINARY(Pow, float, float, power(a, b))
T2I_BINARY(EluGrad, float, float, b >= 0.0f ? a : a * (b + 1.0f))
T2I_BINARY(Greater, float, uint8_t, a > b)
T2I_BINARY(GreaterEqual, float, uint8_t, a >= b)
T2I_BINARY(Less, float, uint8_t, a < b)
T2I_BINARY(LessEqual, float, uint8_t, a <= b)
T2I_BINARY(Equal, float, uint8_t, a == b)
T2I_BINARY(NotEqual, float, uint8_t, a != b)
T2I_BINARY(LogicalAnd, uint8_t, uint8_t, (a != 0) & (b != 0))
T2I_BINARY(LogicalOr, uint8_t, uint8_t, (a != 0) | (b != 0))

// select(condition: Uint8Array, yes, no, out), all of one length
void select(const Args& args) {
  const int64_t n = args.length(0, "condition");
  const uint8_t* condition = args.bytes(0, "condition", n).data;
  const float *yes = args.floats(1, "yes", n).data, *no = args.floats(2, "no", n).data;
  float* out = args.floats(3, "out", n).data;
  parallel_for(n, GRAIN, [=](int64_t begin, int64_t end) {
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) {
      const float first = yes[i], second = no[i];  // loaded either way: a branch would keep the loop scalar
      out[i] = condition[i] == 1 ? first : second;
    }
  });
}

// rectifierGradient(dy, x, dx, alpha): dx = x > 0 ? dy : alpha·dy, and NaN where x is
void rectifier_gradient(const Args& args) {
  const int64_t n = args.length(0, "dy");
  const float *dy = args.floats(0, "dy", n).data, *x = args.floats(1, "x", n).data;
  float* dx = args.floats(2, "dx", n).data;
  const float alpha = args.real(3, "alpha");
  parallel_for(n, GRAIN, [=](int64_t begin, int64_t end) {
    const float slope = alpha;  // as a capture it would seem to change with every store
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) dx[i] = dy[i] * (x[i] > 0.0f ? 1.0f : (x[i] == x[i] ? slope : x[i]));
  });
}

}  // namespace

T2I_KERNELS(elementwise_binary, {"add", floats_to_floats<Add>}, {"sub", floats_to_floats<Sub>}, {"multiply", floats_to_floats<Multiply>},
            {"realDiv", floats_to_floats<RealDiv>}, {"squaredDifference", floats_to_floats<SquaredDifference>}, {"maximum", floats_to_floats<Maximum>},
            {"minimum", floats_to_floats<Minimum>}, {"prelu", floats_to_floats<Prelu>}, {"pow", floats_to_floats<Pow>},
            {"eluGrad", floats_to_floats<EluGrad>}, {"greater", floats_to_bytes<Greater>}, {"greaterEqual", floats_to_bytes<GreaterEqual>},
            {"less", floats_to_bytes<Less>}, {"lessEqual", floats_to_bytes<LessEqual>}, {"equal", floats_to_bytes<Equal>},
            {"notEqual", floats_to_bytes<NotEqual>}, {"logicalAnd", bytes_to_bytes<LogicalAnd>}, {"logicalOr", bytes_to_bytes<LogicalOr>},
            {"multiplyInts", ints_to_ints<MultiplyInts>}, {"squaredDifferenceInts", ints_to_ints<SquaredDifferenceInts>}, {"select", select}, {"rectifierGradient", rectifier_gradient})

}  // namespace t2i::T2I_ISA
