// One float in, one float out, with the semantics of tfjs-backend-cpu down to NaN and the sign of zero: name(x, out, parameter0, parameter1).
#include "../elementary.h"
#include "../kernel.h"
#include "../loops.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t GRAIN = 1 << 14;

struct Parameters {
  float first, second;
};

// A functor gives `apply(x, parameters)`; loops over it are left to the compiler's vectoriser, so it must not branch. The other arguments are for it.
template <class Op, int Count = 0>
void unary(const Args& args) {
  const int64_t n = args.length(0, "x");
  const float* x = args.floats(0, "x", n).data;
  float* out = args.floats(1, "out", n).data;
  const Parameters parameters{Count > 0 ? args.real(2, "parameter 0") : 0.0f, Count > 1 ? args.real(3, "parameter 1") : 0.0f};
  parallel_for(n, GRAIN, [=](int64_t begin, int64_t end) {
    const Parameters constant = parameters;  // as a capture it would seem to change with every store
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) out[i] = Op::apply(x[i], constant);
  });
}

#define T2I_UNARY(Name, expression)                                       \
  struct Name {                                                           \
    static float apply(float x, [[maybe_unused]] const Parameters& p) { return expression; } \
  };

T2I_UNARY(Relu, x <= 0.0f ? 0.0f : x)
T2I_UNARY(Relu6, x <= 0.0f ? 0.0f : (x > 6.0f ? 6.0f : x))
T2I_UNARY(LeakyRelu, x < 0.0f ? p.first * x : x)
T2I_UNARY(Step, x > 0.0f ? 1.0f : (x == x ? p.first : x))
T2I_UNARY(Elu, x >= 0.0f ? x : expm1_of(x))
T2I_UNARY(Tanh, tanh_of(x))
T2I_UNARY(Sigmoid, sigmoid_of(x))
T2I_UNARY(Softplus, softplus_of(x))
T2I_UNARY(Exp, exp_of(x))
T2I_UNARY(Expm1, expm1_of(x))
T2I_UNARY(Log, log_of(x))
T2I_UNARY(Log1p, log1p_of(x))
T2I_UNARY(Sqrt, __builtin_sqrtf(x))
T2I_UNARY(Rsqrt, 1.0f / __builtin_sqrtf(x))
T2I_UNARY(Square, x* x)
T2I_UNARY(Neg, -x)
T2I_UNARY(Abs, __builtin_fabsf(x))
T2I_UNARY(Sign, x < 0.0f ? -1.0f : (x > 0.0f ? 1.0f : 0.0f))
T2I_UNARY(Reciprocal, 1.0f / x)
T2I_UNARY(ClipByValue, x > p.second ? p.second : (x < p.first ? p.first : x))

// castIntsToFloats(x: Int32Array, out)
void cast_ints_to_floats(const Args& args) {
  const int64_t n = args.length(0, "x");
  const int32_t* x = args.ints(0, "x", n).data;
  float* out = args.floats(1, "out", n).data;
  parallel_for(n, GRAIN, [=](int64_t begin, int64_t end) {
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) out[i] = static_cast<float>(x[i]);
  });
}

// castBytesToFloats(x: Uint8Array, out)
void cast_bytes_to_floats(const Args& args) {
  const int64_t n = args.length(0, "x");
  const uint8_t* x = args.bytes(0, "x", n).data;
  float* out = args.floats(1, "out", n).data;
  parallel_for(n, GRAIN, [=](int64_t begin, int64_t end) {
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) out[i] = static_cast<float>(x[i]);
  });
}

// castFloatsToBytes(x, out: Uint8Array): x ≠ 0, so that NaN is true
void cast_floats_to_bytes(const Args& args) {
  const int64_t n = args.length(0, "x");
  const float* x = args.floats(0, "x", n).data;
  uint8_t* out = args.bytes(1, "out", n).data;
  parallel_for(n, GRAIN, [=](int64_t begin, int64_t end) {
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) out[i] = x[i] != 0.0f ? 1 : 0;
  });
}

// fill(out, value)
void fill(const Args& args) {
  const int64_t n = args.length(0, "out");
  float* out = args.floats(0, "out", n).data;
  const float value = args.real(1, "value");
  parallel_for(n, GRAIN, [=](int64_t begin, int64_t end) {
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) out[i] = value;
  });
}

}  // namespace

T2I_KERNELS(elementwise_unary, {"relu", unary<Relu>}, {"relu6", unary<Relu6>}, {"leakyRelu", unary<LeakyRelu, 1>}, {"step", unary<Step, 1>}, {"elu", unary<Elu>},
            {"tanh", unary<Tanh>}, {"sigmoid", unary<Sigmoid>}, {"softplus", unary<Softplus>}, {"exp", unary<Exp>}, {"expm1", unary<Expm1>},
            {"log", unary<Log>}, {"log1p", unary<Log1p>}, {"sqrt", unary<Sqrt>}, {"rsqrt", unary<Rsqrt>}, {"square", unary<Square>}, {"neg", unary<Neg>},
            {"abs", unary<Abs>}, {"sign", unary<Sign>}, {"reciprocal", unary<Reciprocal>}, {"clipByValue", unary<ClipByValue, 2>},
            {"castIntsToFloats", cast_ints_to_floats}, {"castBytesToFloats", cast_bytes_to_floats}, {"castFloatsToBytes", cast_floats_to_bytes},
            {"fill", fill})

}  // namespace t2i::T2I_ISA
