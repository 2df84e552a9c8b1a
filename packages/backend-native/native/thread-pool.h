// A small pool of sleeping threads that share the pieces of one loop at a time.
#pragma once
#include <cstdint>

namespace t2i {

// 1 = everything runs on the caller. Takes effect at the next loop. Returns how many there are now: fewer where the system refuses more.
int set_threads(int threads);
int threads();

// Calls piece(context, i) for every i in 0…pieces-1, on any thread, in any order; returns when all are done. A call from inside a piece, or while another
// JavaScript thread uses the pool, runs on the caller alone. What a piece throws is thrown here, once; pieces not yet begun are then left out.
void run_pieces(int64_t pieces, void (*piece)(void* context, int64_t index), void* context);

// Memory for `count` elements of `size` bytes, 64-byte aligned, private to this thread and slot and kept for the next call. Contents are whatever was
// there. Throws std::bad_alloc where there is no memory; then the slot is empty.
constexpr int SCRATCH_SLOTS = 4;
void* thread_scratch(int slot, int64_t count, int64_t size);

}  // namespace t2i
