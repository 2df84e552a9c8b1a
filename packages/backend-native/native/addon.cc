// The N-API addon: picks the instruction set, exports every kernel under its name, and makes aligned memory for the buffer pool.
#include <node_api.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "args.h"
#include "argument-error.h"
#include "kernel-table.h"
#include "thread-pool.h"
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace t2i {

// T2I_GROUPS(X) = X(gemm) X(conv2d) …, one per file of native/kernels/; T2I_ISAS(X) = X(x64_v1) X(avx2) …: both come from scripts/build.mjs.
#define T2I_DECLARE(group) extern const KernelTable group##_kernels;
#define T2I_NAMESPACE(isa) \
  namespace isa {          \
  T2I_GROUPS(T2I_DECLARE)  \
  }
T2I_ISAS(T2I_NAMESPACE)

namespace {

struct InstructionSet {
  const char* name;
  bool (*available)();
  const KernelTable* const* tables;
  int count;
};

#if defined(__x86_64__)
bool has_x64_v1() { return true; }
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#else
bool has_neon() { return true; }
#endif

#define T2I_TABLE(group) &group##_kernels,
#define T2I_TABLES(isa)                                                  \
  namespace isa##_set {                                                  \
    using namespace isa;                                                 \
    const KernelTable* const tables[] = {T2I_GROUPS(T2I_TABLE) nullptr}; \
  }
T2I_ISAS(T2I_TABLES)

#define T2I_SET(isa) {#isa, has_##isa, isa##_set::tables, sizeof(isa##_set::tables) / sizeof(void*) - 1},
const InstructionSet SETS[] = {T2I_ISAS(T2I_SET)};  // slowest first

// The sets that were compiled and that this CPU has, as "x64_v1, avx2", the slowest first.
std::string usable_sets() {
  std::string names;
  for (const InstructionSet& set : SETS)
    if (set.available()) names += (names.empty() ? "" : ", ") + std::string(set.name);
  return names;
}

// The fastest usable set; T2I_ISA names a slower one to use instead.
const InstructionSet& choose_set() {
  const char* wanted = std::getenv("T2I_ISA");
  const bool any = wanted == nullptr || *wanted == '\0';
  const InstructionSet* chosen = nullptr;
  for (const InstructionSet& set : SETS)
    if (set.available() && (any || std::strcmp(wanted, set.name) == 0)) chosen = &set;
  if (chosen != nullptr) return *chosen;
  const std::string usable = usable_sets();
  if (usable.empty()) throw std::runtime_error("it was compiled for another processor; `node scripts/build.mjs` in the directory of @t2i/backend-native compiles it for this one");
  throw std::runtime_error("T2I_ISA is \"" + std::string(wanted) + "\", but the usable instruction sets are: " + usable);
}

// Runs `body`; what it throws becomes an exception of JavaScript.
template <class Body>
napi_value guarded(napi_env env, const char* name, const Body& body) {
  try {
    return body();
  } catch (const ArgumentError& error) {
    napi_throw_type_error(env, "ERR_NATIVE", error.what());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "ERR_NATIVE", (std::string(name) + ": out of memory").c_str());
  } catch (const std::exception& error) {
    napi_throw_error(env, "ERR_NATIVE", error.what());
  }
  return nullptr;
}

napi_value call_kernel(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  const KernelEntry& kernel = *static_cast<const KernelEntry*>(data);
  return guarded(env, kernel.name, [&]() -> napi_value {
    kernel.function(Args(env, info, kernel.name));
    return nullptr;
  });
}

void free_memory(napi_env, void* memory, void*) { std::free(memory); }

// allocate(bytes): an ArrayBuffer over 64-byte aligned, uninitialised memory; large ones ask for huge pages.
napi_value allocate(napi_env env, napi_callback_info info) {
  return guarded(env, "allocate", [&] {
    constexpr size_t HUGE_PAGE = size_t{2} << 20;
    constexpr int64_t MOST = (int64_t{1} << 32) - 1;  // Node 20 ends the process where an external ArrayBuffer has more
    const size_t bytes = static_cast<size_t>(Args(env, info, "allocate").integer(0, "bytes", 0, MOST));
    const bool large = bytes >= 2 * HUGE_PAGE;
    void* memory = nullptr;
    napi_value buffer = nullptr;
    if (posix_memalign(&memory, large ? HUGE_PAGE : 64, bytes) != 0) throw std::runtime_error("out of memory: " + std::to_string(bytes) + " bytes");
#if defined(__linux__)
    if (large) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    if (napi_create_external_arraybuffer(env, memory, bytes, free_memory, nullptr, &buffer) != napi_ok) {
      std::free(memory);
      throw std::runtime_error("this runtime allows no external ArrayBuffer");
    }
    return buffer;
  });
}

// setThreads(threads): how many there are now
napi_value set_thread_count(napi_env env, napi_callback_info info) {
  return guarded(env, "setThreads", [&] {
    constexpr int64_t MOST = 1024;
    napi_value threads = nullptr;
    napi_create_double(env, set_threads(static_cast<int>(Args(env, info, "setThreads").integer(0, "threads", 1, MOST))), &threads);
    return threads;
  });
}

void export_function(napi_env env, napi_value exports, const char* name, napi_callback callback, const void* data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, const_cast<void*>(data), &function);
  napi_set_named_property(env, exports, name, function);
}

void export_text(napi_env env, napi_value exports, const char* name, const std::string& text) {
  napi_value value;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  napi_set_named_property(env, exports, name, value);
}

void export_all(napi_env env, napi_value exports) {
  const InstructionSet& set = choose_set();
  for (int i = 0; i < set.count; i++)
    for (int k = 0; k < set.tables[i]->count; k++)
      export_function(env, exports, set.tables[i]->entries[k].name, call_kernel, &set.tables[i]->entries[k]);
  export_function(env, exports, "allocate", allocate, nullptr);
  export_function(env, exports, "setThreads", set_thread_count, nullptr);
  export_text(env, exports, "instructionSet", set.name);
  export_text(env, exports, "usableSets", usable_sets());
}

}  // namespace
}  // namespace t2i

NAPI_MODULE_INIT() {
  try {
    t2i::export_all(env, exports);
  } catch (const std::exception& error) {
    napi_throw_error(env, "ERR_NATIVE", error.what());
  }
  return exports;
}
