// exp, log, log1p, expm1, tanh, sigmoid, softplus of one float, without branches so that a loop over them becomes vector code.
// Each is within 4 units in the last place of the exact value over all floats (sigmoid: where it is no denormal), and NaN, ±Infinity,
// ±0 and denormals come out as IEEE 754 asks.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace t2i::T2I_ISA {
namespace {

inline uint32_t float_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline float bits_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Adding and subtracting 1.5·2²³ rounds to the nearest integer, which then also stands in the low bits: no conversion is needed.
constexpr float ROUNDER = 12582912.0f;

struct Reduced {
  float r;    // x − n·ln 2, |r| ≤ ½ ln 2
  int32_t n;  // some number within ±160 when x is NaN
};

// ln 2 is split so that n·LN2_HIGH is exact (Cody and Waite).
inline Reduced reduce_by_ln2(float x) {
  const float shifted = x * 1.44269504f + ROUNDER;
  const float n = shifted - ROUNDER;
  const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  int32_t integer = static_cast<int32_t>(float_bits(shifted) - float_bits(ROUNDER));
  integer = integer > 160 ? 160 : integer;
  return {r, integer < -160 ? -160 : integer};
}

// 2ⁿ for |n| ≤ 126.
inline float power_of_two(int32_t n) { return bits_float(static_cast<uint32_t>(n + 127) << 23); }

// (eʳ − 1 − r) / r² on |r| ≤ ½ ln 2 (Cephes, expf).
inline float exp_tail(float r) {
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  return p * r + 5.0000001201e-1f;
}

inline float exp_of(float x) {
  // Beyond these bounds the result is Infinity or 0; NaN fails both tests and passes through.
  float bounded = x > 89.0f ? 89.0f : x;
  bounded = bounded < -104.0f ? -104.0f : bounded;
  const Reduced reduced = reduce_by_ln2(bounded);
  const float mantissa = exp_tail(reduced.r) * reduced.r * reduced.r + reduced.r + 1.0f;
  // Two factors: 2ⁿ itself may be out of range where the product still is a (denormal) number.
  const int32_t half = reduced.n >> 1;
  return mantissa * power_of_two(half) * power_of_two(reduced.n - half);
}

// eˣ − 1 without cancellation near 0.
inline float expm1_of(float x) {
  float bounded = x > 89.0f ? 89.0f : x;
  bounded = bounded < -25.0f ? -25.0f : bounded;
  const Reduced reduced = reduce_by_ln2(bounded);
  const float small = exp_tail(reduced.r) * reduced.r * reduced.r + reduced.r;
  const int32_t half = reduced.n >> 1;
  const float low = power_of_two(half);
  const float high = power_of_two(reduced.n - half);
  const float result = (small * low + (low - 1.0f / high)) * high;
  return x == 0.0f ? x : result;
}

// FreeBSD's e_logf: log x = k·ln 2 + log(1 + f), √½ ≤ 1 + f < √2.
inline float log_of(float x) {
  const bool denormal = x < 1.17549435e-38f;
  const float scaled = denormal ? x * 8388608.0f : x;
  const uint32_t shifted = float_bits(scaled) + (0x3f800000u - 0x3f3504f3u);
  const int32_t exponent = static_cast<int32_t>(shifted >> 23) - (denormal ? 127 + 23 : 127);
  const float f = bits_float((shifted & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
  const float s = f / (2.0f + f);
  const float z = s * s;
  const float w = z * z;
  const float t1 = w * (0.40000972152f + w * 0.24279078841f);
  const float t2 = z * (0.66666662693f + w * 0.28498786688f);
  const float half_square = 0.5f * f * f;
  const float k = static_cast<float>(exponent);
  const float finite = s * (half_square + (t1 + t2)) + k * 9.0580006145e-6f - half_square + f + k * 6.9313812256e-1f;
  float result = x == 0.0f ? -INFINITY : finite;
  result = x < 0.0f ? NAN : result;
  // Infinity and NaN are their own logarithms.
  return x < INFINITY ? result : x;
}

// Kahan: log(1 + x) · x / ((1 + x) − 1) makes up for the rounding of 1 + x.
inline float log1p_of(float x) {
  const float u = 1.0f + x;
  const float corrected = log_of(u) * (x / (u - 1.0f));
  float result = u == 1.0f ? x : corrected;
  result = u == 0.0f ? -INFINITY : result;
  return x == INFINITY ? x : result;
}

inline float sigmoid_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }

// The polynomial of Cephes (tanhf) below 0.625, 1 − 2 / (e²ˣ + 1) above.
inline float tanh_of(float x) {
  const float magnitude = __builtin_fabsf(x);
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float small = p * z * x + x;
  const float large = __builtin_copysignf(1.0f - 2.0f / (exp_of(2.0f * magnitude) + 1.0f), x);
  return magnitude < 0.625f ? small : (x == x ? large : x);
}

// log(1 + eˣ), which is x to float precision from 17 on.
inline float softplus_of(float x) {
  const float exact = log1p_of(exp_of(x));
  return x > 17.0f ? x : exact;
}

}  // namespace
}  // namespace t2i::T2I_ISA
