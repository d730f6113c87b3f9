//===- Peak.cpp - what one core can do at most --------------------------------------------------------===//
//
// Independent chains hide the latency of every unit there is; the best of several stretches is the one that the least disturbed.
//
//===------------------------------------------------------------------------------------------------===//

#include "Peak.h"
#include <algorithm>
#include <chrono>
#include <cstdint>

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Operations per second of `block`, of `operations` operations, in one stretch.
template <typename Block>
static double measureStretch(double seconds, double operations, Block block) {
  constexpr int64_t repeats = 20000;
  Clock::time_point start = Clock::now();
  int64_t numRepeats = 0;
  double elapsed = 0;
  for (; elapsed < seconds; elapsed = secondsSince(start), numRepeats += repeats)
    for (int64_t i = 0; i < repeats; ++i)
      block();
  return numRepeats * operations / elapsed;
}

template <typename Block>
static double measurePeak(double seconds, double operations, Block block) {
  constexpr double minSeconds = 0.02;
  constexpr int minStretches = 3;
  double best = 0;
  Clock::time_point begin = Clock::now();
  for (int stretch = 0; stretch < minStretches || secondsSince(begin) < minSeconds; ++stretch)
    best = std::max(best, measureStretch(seconds, operations, block));
  return best;
}

#if defined(__x86_64__)

#define NIBBLE_CHAINS(instruction, a, b, r)                                                                            \
  asm volatile(instruction " " a ", " b ", " r "0\n" instruction " " a ", " b ", " r "1\n"                             \
               instruction " " a ", " b ", " r "2\n" instruction " " a ", " b ", " r "3\n"                             \
               instruction " " a ", " b ", " r "4\n" instruction " " a ", " b ", " r "5\n"                             \
               instruction " " a ", " b ", " r "6\n" instruction " " a ", " b ", " r "7\n"                             \
               instruction " " a ", " b ", " r "8\n" instruction " " a ", " b ", " r "9\n"                             \
               instruction " " a ", " b ", " r "10\n" instruction " " a ", " b ", " r "11\n"                           \
               instruction " " a ", " b ", " r "12\n" instruction " " a ", " b ", " r "13\n" ::                        \
                   : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",          \
                     "xmm11", "xmm12", "xmm13", "xmm14", "xmm15")

static constexpr double numChains = 14;

double nibble::measurePeakInt8Operations(double seconds) {
  if (__builtin_cpu_supports("avx512vnni"))
    return measurePeak(seconds, numChains * 128, [] { NIBBLE_CHAINS("vpdpbusd", "%%zmm14", "%%zmm15", "%%zmm"); });
  return 0;
}

double nibble::measurePeakFloatOperations(double seconds) {
  if (__builtin_cpu_supports("avx512f"))
    return measurePeak(seconds, numChains * 32, [] { NIBBLE_CHAINS("vfmadd231ps", "%%zmm14", "%%zmm15", "%%zmm"); });
  if (__builtin_cpu_supports("fma"))
    return measurePeak(seconds, numChains * 16, [] { NIBBLE_CHAINS("vfmadd231ps", "%%ymm14", "%%ymm15", "%%ymm"); });
  return 0;
}

#else

double nibble::measurePeakInt8Operations(double) { return 0; }
double nibble::measurePeakFloatOperations(double) { return 0; }

#endif
