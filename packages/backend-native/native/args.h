// The arguments of one call from JavaScript: typed arrays and numbers, by position. Compiled once; kernels see no N-API.
// Nothing is believed: each reader names its argument and says what it must be, and anything else throws an ArgumentError that says so.
#pragma once
#include <cstdint>

#include "span.h"

namespace t2i {

class Args {
 public:
  static constexpr int CAPACITY = 24;
  // The largest whole number below which a JavaScript number holds every other one.
  static constexpr int64_t MAX_INTEGER = (int64_t{1} << 53) - 1;

  // `env`, `info`: napi_env and napi_callback_info, opaque here.
  Args(void* env, void* info, const char* function);

  // A typed array of exactly this type and `length`, the number of elements that the shapes of the call imply. One whose memory is gone (transferred, or
  // out of a resized buffer) has none.
  Span<float> floats(int index, const char* name, int64_t length) const;
  Span<int32_t> ints(int index, const char* name, int64_t length) const;
  Span<uint8_t> bytes(int index, const char* name, int64_t length) const;
  // The same for an argument that may be undefined or null: then without data.
  Span<float> optional_floats(int index, const char* name, int64_t length) const;
  // Elements of a typed array of any type.
  int64_t length(int index, const char* name) const;

  // Any number, NaN and Infinity too.
  double number(int index, const char* name) const;
  T2I_INLINE float real(int index, const char* name) const { return static_cast<float>(number(index, name)); }
  // A whole number of at least `least` and at most `most`.
  int64_t integer(int index, const char* name, int64_t least = 0, int64_t most = MAX_INTEGER) const;
  // All `count` elements of a Float64Array, whole numbers of any sign, to `to`.
  void integers(int index, const char* name, int64_t count, int64_t* to) const;

  // a·b·c·d, sizes that are not negative; throws where no tensor has so many elements.
  int64_t product(int64_t a, int64_t b, int64_t c = 1, int64_t d = 1) const;
  // Throws an ArgumentError: "<function>: <what>".
  [[noreturn]] void refuse(const char* what) const;

 private:
  void* data(int index, const char* name, int type, const char* expected, int64_t length) const;
  [[noreturn]] void refuse(const char* name, const char* what) const;

  void* env_;
  const char* function_;
  int count_ = 0;
  void* values_[CAPACITY];
};

// The lowest and the highest offset that a walk over `rank` axes touches; no axis may be empty. Sizes and strides from Args::integers() cannot overflow it.
struct Reach {
  __int128 lowest, highest;
  Reach(int64_t offset, int rank, const int64_t* sizes, const int64_t* strides);
  T2I_INLINE bool inside(int64_t length) const { return lowest >= 0 && highest < length; }
};

}  // namespace t2i
