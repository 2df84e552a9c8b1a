// What a function of the addon throws about its arguments; JavaScript gets it as a TypeError.
#pragma once
#include <stdexcept>

namespace t2i {

struct ArgumentError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

}  // namespace t2i
