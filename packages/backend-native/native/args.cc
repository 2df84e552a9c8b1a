#include "args.h"

#include <node_api.h>

#include <stdexcept>
#include <string>

namespace t2i {

Args::Args(void* env, void* info, const char* function) : env_(env), function_(function) {
  size_t count = CAPACITY;
  napi_value values[CAPACITY];
  napi_get_cb_info(static_cast<napi_env>(env), static_cast<napi_callback_info>(info), &count, values, nullptr, nullptr);
  count_ = static_cast<int>(count < CAPACITY ? count : CAPACITY);
  for (int i = 0; i < count_; i++) values_[i] = values[i];
}

void* Args::data(int index, int type, const char* expected) const {
  napi_typedarray_type actual;
  void* data = nullptr;
  size_t length;
  if (index >= count_ || napi_get_typedarray_info(static_cast<napi_env>(env_), static_cast<napi_value>(values_[index]), &actual, &length, &data, nullptr,
                                                  nullptr) != napi_ok ||
      actual != type)
    throw std::invalid_argument(std::string(function_) + ": argument " + std::to_string(index) + " is not " + expected);
  return data;
}

float* Args::floats(int index) const { return static_cast<float*>(data(index, napi_float32_array, "a Float32Array")); }
int32_t* Args::ints(int index) const { return static_cast<int32_t*>(data(index, napi_int32_array, "an Int32Array")); }
uint8_t* Args::bytes(int index) const { return static_cast<uint8_t*>(data(index, napi_uint8_array, "a Uint8Array")); }

int64_t Args::length(int index) const {
  size_t length = 0;
  if (index >= count_ || napi_get_typedarray_info(static_cast<napi_env>(env_), static_cast<napi_value>(values_[index]), nullptr, &length, nullptr, nullptr,
                                                  nullptr) != napi_ok)
    throw std::invalid_argument(std::string(function_) + ": argument " + std::to_string(index) + " is not a typed array");
  return static_cast<int64_t>(length);
}

bool Args::missing(int index) const {
  if (index >= count_) return true;
  napi_valuetype type;
  napi_typeof(static_cast<napi_env>(env_), static_cast<napi_value>(values_[index]), &type);
  return type == napi_undefined || type == napi_null;
}

double Args::number(int index) const {
  double value = 0;
  if (index >= count_ || napi_get_value_double(static_cast<napi_env>(env_), static_cast<napi_value>(values_[index]), &value) != napi_ok)
    throw std::invalid_argument(std::string(function_) + ": argument " + std::to_string(index) + " is not a number");
  return value;
}

}  // namespace t2i
