#include "thread-pool.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace t2i {
namespace {

// Some 10 µs: shorter than waking a thread, far shorter than a time slice of somebody else.
constexpr int SPINS = 300;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

thread_local bool inside_piece = false;

class ThreadPool {
 public:
  ~ThreadPool() { resize(1); }

  int size() const { return static_cast<int>(workers_.size()) + 1; }

  // Where the system refuses another thread there are fewer than asked for.
  void resize(int threads) {
    std::lock_guard<std::mutex> one_user(user_);
    stop();
    const uint64_t generation = generation_.load();
    workers_.reserve(static_cast<size_t>(threads));
    try {
      for (int i = 1; i < threads; i++) workers_.emplace_back([this, generation] { work(generation); });
    } catch (const std::system_error&) {
    }
  }

  void run(int64_t pieces, void (*piece)(void*, int64_t), void* context) {
    std::unique_lock<std::mutex> one_user(user_, std::defer_lock);
    if (pieces <= 1 || inside_piece || workers_.empty() || !one_user.try_lock()) {
      for (int64_t i = 0; i < pieces; i++) piece(context, i);
      return;
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      pieces_ = pieces;
      piece_ = piece;
      context_ = context;
      next_.store(0, std::memory_order_relaxed);
      open_ = true;
      generation_.fetch_add(1);
    }
    if (sleeping_.load() > 0) wake_.notify_all();
    take_pieces(pieces, piece, context);
    for (int i = 0; i < SPINS && active_.load(std::memory_order_acquire) > 0; i++) pause();
    std::unique_lock<std::mutex> lock(mutex_);
    open_ = false;  // a worker that wakes later than this stays out
    done_.wait(lock, [this] { return active_.load() == 0; });
    if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void stop() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      generation_.fetch_add(1);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
    stopping_ = false;
  }

  // What a piece throws ends the loop, and run() throws it again where JavaScript can catch it.
  void take_pieces(int64_t pieces, void (*piece)(void*, int64_t), void* context) noexcept {
    inside_piece = true;
    try {
      for (int64_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < pieces;) piece(context, i);
    } catch (...) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (failure_ == nullptr) failure_ = std::current_exception();
      next_.store(pieces, std::memory_order_relaxed);
    }
    inside_piece = false;
  }

  void work(uint64_t seen) {
    for (;;) {
      for (int i = 0; i < SPINS && generation_.load(std::memory_order_relaxed) == seen; i++) pause();
      std::unique_lock<std::mutex> lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [this, seen] { return generation_.load() != seen; });
      sleeping_.fetch_sub(1);
      seen = generation_.load();
      if (stopping_) return;
      if (!open_) continue;
      active_.fetch_add(1);
      const auto pieces = pieces_;
      const auto piece = piece_;
      const auto context = context_;
      lock.unlock();
      take_pieces(pieces, piece, context);
      lock.lock();
      if (active_.fetch_sub(1, std::memory_order_release) == 1) done_.notify_one();
    }
  }

  std::vector<std::thread> workers_;
  std::mutex user_;   // held by the JavaScript thread whose loop is running
  std::mutex mutex_;  // guards everything below
  std::condition_variable wake_, done_;
  std::atomic<uint64_t> generation_{0};
  std::atomic<int> sleeping_{0}, active_{0};
  std::atomic<int64_t> next_{0};
  bool open_ = false, stopping_ = false;
  int64_t pieces_ = 0;
  void (*piece_)(void*, int64_t) = nullptr;
  void* context_ = nullptr;
  std::exception_ptr failure_;
};

// Never destroyed: at process exit the workers may be asleep in it, and joining them from a static destructor can deadlock.
ThreadPool& pool() {
  static ThreadPool* instance = new ThreadPool;
  return *instance;
}

struct Scratch {
  void* memory = nullptr;
  int64_t bytes = 0;
  ~Scratch() { std::free(memory); }
};

constexpr int64_t PAGE = 4096;

// Memory of exactly the size asked for, each time anew, so that a sanitizer sees a step beyond it.
#if defined(T2I_CHECKED)
constexpr bool EXACT = true;
#else
constexpr bool EXACT = false;
#endif

}  // namespace

int set_threads(int threads) {
  pool().resize(threads);
  return pool().size();
}
int threads() { return pool().size(); }
void run_pieces(int64_t pieces, void (*piece)(void*, int64_t), void* context) { pool().run(pieces, piece, context); }

void* thread_scratch(int slot, int64_t count, int64_t size) {
  thread_local Scratch slots[SCRATCH_SLOTS];
  Scratch& scratch = slots[slot];
  if (count < 0 || count > (INT64_MAX - PAGE) / size) throw std::bad_alloc();
  const int64_t bytes = EXACT ? count * size : (count * size + PAGE - 1) / PAGE * PAGE;
  if (scratch.bytes >= bytes && !EXACT) return scratch.memory;
  std::free(std::exchange(scratch.memory, nullptr));
  scratch.bytes = 0;
  void* memory = nullptr;
  if (posix_memalign(&memory, 64, static_cast<size_t>(bytes)) != 0) throw std::bad_alloc();
  scratch.memory = memory;
  scratch.bytes = bytes;
  return memory;
}

}  // namespace t2i
