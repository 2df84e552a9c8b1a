#include "args.h"

#include <node_api.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "argument-error.h"

namespace t2i {
namespace {

napi_env env_of(void* env) { return static_cast<napi_env>(env); }
napi_value value_of(void* value) { return static_cast<napi_value>(value); }

std::string text_of(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

bool is_whole(double number, int64_t least, int64_t most) {
  return number >= static_cast<double>(least) && number <= static_cast<double>(most) && number == std::floor(number);
}

}  // namespace

Args::Args(void* env, void* info, const char* function) : env_(env), function_(function) {
  size_t count = CAPACITY;
  napi_value values[CAPACITY];
  napi_get_cb_info(env_of(env), static_cast<napi_callback_info>(info), &count, values, nullptr, nullptr);
  count_ = static_cast<int>(count < CAPACITY ? count : CAPACITY);
  for (int i = 0; i < count_; i++) values_[i] = values[i];
}

void Args::refuse(const char* what) const { throw ArgumentError(std::string(function_) + ": " + what); }
void Args::refuse(const char* name, const char* what) const { refuse((std::string(name) + " is " + what).c_str()); }

void* Args::data(int index, const char* name, int type, const char* expected, int64_t length) const {
  napi_typedarray_type actual;
  void* data = nullptr;
  size_t count = 0;
  if (index >= count_ || napi_get_typedarray_info(env_of(env_), value_of(values_[index]), &actual, &count, &data, nullptr, nullptr) != napi_ok ||
      actual != type)
    refuse(name, (std::string("not ") + expected).c_str());
  if (static_cast<int64_t>(count) != length)
    refuse((std::string(name) + " has " + std::to_string(count) + " elements, expected " + std::to_string(length)).c_str());
  return data;
}

Span<float> Args::floats(int index, const char* name, int64_t length) const {
  return {static_cast<float*>(data(index, name, napi_float32_array, "a Float32Array", length)), length};
}

Span<int32_t> Args::ints(int index, const char* name, int64_t length) const {
  return {static_cast<int32_t*>(data(index, name, napi_int32_array, "an Int32Array", length)), length};
}

Span<uint8_t> Args::bytes(int index, const char* name, int64_t length) const {
  return {static_cast<uint8_t*>(data(index, name, napi_uint8_array, "a Uint8Array", length)), length};
}

Span<float> Args::optional_floats(int index, const char* name, int64_t length) const {
  napi_valuetype type = napi_undefined;
  if (index < count_) napi_typeof(env_of(env_), value_of(values_[index]), &type);
  return type == napi_undefined || type == napi_null ? Span<float>{nullptr, 0} : floats(index, name, length);
}

int64_t Args::length(int index, const char* name) const {
  size_t length = 0;
  if (index >= count_ || napi_get_typedarray_info(env_of(env_), value_of(values_[index]), nullptr, &length, nullptr, nullptr, nullptr) != napi_ok)
    refuse(name, "not a typed array");
  return static_cast<int64_t>(length);
}

double Args::number(int index, const char* name) const {
  double value = 0;
  if (index >= count_ || napi_get_value_double(env_of(env_), value_of(values_[index]), &value) != napi_ok) refuse(name, "not a number");
  return value;
}

int64_t Args::integer(int index, const char* name, int64_t least, int64_t most) const {
  const double value = number(index, name);
  if (!is_whole(value, least, most)) {
    const std::string range = std::to_string(least) + " to " + std::to_string(most);
    refuse(name, (text_of(value) + ", expected a whole number from " + range).c_str());
  }
  return static_cast<int64_t>(value);
}

void Args::integers(int index, const char* name, int64_t count, int64_t* to) const {
  const double* values = static_cast<const double*>(data(index, name, napi_float64_array, "a Float64Array", count));
  for (int64_t i = 0; i < count; i++) {
    if (!is_whole(values[i], -MAX_INTEGER, MAX_INTEGER))
      refuse((std::string("element ") + std::to_string(i) + " of " + name + " is " + text_of(values[i]) + ", expected a whole number").c_str());
    to[i] = static_cast<int64_t>(values[i]);
  }
}

int64_t Args::product(int64_t a, int64_t b, int64_t c, int64_t d) const {
  int64_t product = a;
  for (const int64_t factor : {b, c, d})
    if (__builtin_mul_overflow(product, factor, &product) || product > MAX_INTEGER) refuse("a tensor of these sizes would have too many elements");
  return product;
}

Reach::Reach(int64_t offset, int rank, const int64_t* sizes, const int64_t* strides) : lowest(offset), highest(offset) {
  for (int axis = 0; axis < rank; axis++) {
    const __int128 way = static_cast<__int128>(sizes[axis] - 1) * strides[axis];
    (way < 0 ? lowest : highest) += way;
  }
}

#if defined(T2I_CHECKED)
void walked_outside(int64_t first, int64_t last, int64_t count, int64_t length, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: a walk over %lld elements from %lld to %lld leaves an array of %lld\n", file, line, static_cast<long long>(count),
               static_cast<long long>(first), static_cast<long long>(last), static_cast<long long>(length));
  std::abort();
}
#endif

}  // namespace t2i
