// What a kernel file of native/kernels/ needs: vectors, arguments, threads, scratch memory and the table that names its functions.
#pragma once
#include "args.h"
#include "isa.h"
#include "kernel-table.h"
#include "thread-pool.h"

// At the end of native/kernels/<group>.cc: T2I_KERNELS(group, {"name", function}, …). Dashes of the file name are underscores in the group.
#define T2I_KERNELS(group, ...)                                                            \
  namespace {                                                                              \
  constexpr KernelEntry group##_entries[] = {__VA_ARGS__};                                 \
  }                                                                                        \
  extern const KernelTable group##_kernels;                                                \
  const KernelTable group##_kernels = {group##_entries, sizeof(group##_entries) / sizeof(KernelEntry)};

namespace t2i::T2I_ISA {

// fn(begin, end) for consecutive pieces of 0…n of `grain` items, the last one shorter. The pieces do not depend on the number of threads.
template <class Function>
void parallel_for(int64_t n, int64_t grain, const Function& fn) {
  struct Loop {
    int64_t n, grain;
    const Function& fn;
  } loop{n, grain, fn};
  run_pieces(
      ceil_div(n, grain),
      [](void* context, int64_t index) {
        const Loop& loop = *static_cast<Loop*>(context);
        loop.fn(index * loop.grain, min(loop.n, (index + 1) * loop.grain));
      },
      &loop);
}

template <class T>
T* scratch(int slot, int64_t count) {
  return static_cast<T*>(thread_scratch(slot, count, sizeof(T)));
}
inline float* scratch_floats(int slot, int64_t count) { return scratch<float>(slot, count); }

}  // namespace t2i::T2I_ISA
