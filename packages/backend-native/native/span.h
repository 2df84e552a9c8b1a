// Memory with its length. A kernel says how far it will go before it goes: debug and sanitizer builds (T2I_CHECKED) end the process where that is outside.
#pragma once
#include <cstdint>

namespace t2i {

// Always inlined: an instance of its own in a kernel's object file could be linked into code for an older processor.
#define T2I_INLINE [[gnu::always_inline]] inline

#if defined(T2I_CHECKED)
// Tells of elements first … last (with `count` of them) outside 0 … length - 1, and aborts.
[[noreturn]] void walked_outside(int64_t first, int64_t last, int64_t count, int64_t length, const char* file, int line);
#define T2I_WALK_PLACE , const char *file = __builtin_FILE(), int line = __builtin_LINE()
#else
#define T2I_WALK_PLACE
#endif

template <class T>
struct Span {
  T* data;
  int64_t length;

  T2I_INLINE operator Span<const T>() const { return {data, length}; }

  // `count` elements from `first` on.
  T2I_INLINE T* part(int64_t first, [[maybe_unused]] int64_t count T2I_WALK_PLACE) const {
#if defined(T2I_CHECKED)
    if (count < 0 || (count > 0 && (first < 0 || first > length - count))) walked_outside(first, first + count - 1, count, length, file, line);
#endif
    return data + first;
  }

  // `count` elements, `stride` apart.
  T2I_INLINE T* walk(int64_t first, [[maybe_unused]] int64_t count, [[maybe_unused]] int64_t stride T2I_WALK_PLACE) const {
#if defined(T2I_CHECKED)
    const int64_t last = first + (count - 1) * stride;
    if (count < 0 || (count > 0 && (first < 0 || first >= length || last < 0 || last >= length))) walked_outside(first, last, count, length, file, line);
#endif
    return data + first;
  }
};

}  // namespace t2i
