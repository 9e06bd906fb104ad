// Each kernel does `n` units of work and returns a checksum.
#pragma once
#include <stdint.h>

uint64_t kernel_calls(uint32_t n);     // recursion: the cost of a call
uint64_t kernel_sieve(uint32_t n);     // byte stores in strides
uint64_t kernel_floats(uint32_t n);    // f64 multiply and add over matrices
uint64_t kernel_hash(uint32_t n);      // 64-bit rotations and additions (SipHash's rounds) over a buffer
uint64_t kernel_sort(uint32_t n);      // comparisons, swaps, an unpredictable branch
uint64_t kernel_machine(uint32_t n);   // a switch in a loop: an interpreter inside ours
uint64_t kernel_text(uint32_t n);      // splitting and counting words: bytes and a hash table
uint64_t kernel_pointers(uint32_t n);  // a tree of small allocations
uint64_t kernel_bulk(uint32_t n);      // memory.copy and memory.fill

// vectors.c
uint64_t kernel_vector_sum(uint32_t n);      // i32x4 additions and shifts
uint64_t kernel_vector_matrix(uint32_t n);   // f32x4 multiplied and added
uint64_t kernel_vector_shuffle(uint32_t n);  // bytes that change places
uint64_t kernel_vector_mix(uint32_t n);      // i16x8 with saturation, the larger one chosen
uint64_t kernel_vector_find(uint32_t n);     // bytes compared and counted
