// The arguments of one call from JavaScript: typed arrays and numbers, by position. Compiled once; kernels see no N-API.
#pragma once
#include <cstdint>

namespace t2i {

class Args {
 public:
  static constexpr int CAPACITY = 24;

  // `env`, `info`: napi_env and napi_callback_info, opaque here.
  Args(void* env, void* info, const char* function);

  int count() const { return count_; }
  // The elements of a typed array argument of exactly this type; anything else throws, which is a bug of the TypeScript side.
  float* floats(int index) const;
  int32_t* ints(int index) const;
  uint8_t* bytes(int index) const;
  // Elements of a typed array argument.
  int64_t length(int index) const;
  // undefined or null was passed (an optional typed array).
  bool missing(int index) const;
  double number(int index) const;
  int64_t integer(int index) const { return static_cast<int64_t>(number(index)); }
  void return_number(double value) const { result_ = value; }

  double result() const { return result_; }

 private:
  void* data(int index, int type, const char* expected) const;

  void* env_;
  const char* function_;
  int count_ = 0;
  void* values_[CAPACITY];
  mutable double result_ = 0;
};

}  // namespace t2i
