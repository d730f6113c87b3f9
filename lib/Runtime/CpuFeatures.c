/*===- CpuFeatures.c - does this CPU have what a program was compiled for? ----------------------------===*\
|*
|* Runs before any code of the program, on CPUs that the program is not for: compiled for the baseline always.
|*
\*===-------------------------------------------------------------------------------------------------===*/

#include "nibble/Runtime/CpuFeatures.h"
#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

/* Bits of XCR0 (Intel SDM volume 1, 13.3). */
enum { STATE_SSE = 0, STATE_AVX = 0x6, STATE_AVX512 = 0xe6, STATE_AMX = 0x60000 };

struct registers {
  unsigned eax, ebx, ecx, edx;
};

static struct registers cpuid(unsigned leaf, unsigned subleaf) {
  struct registers r = {0, 0, 0, 0};
  /* Fails for leaves that the CPU does not have, which is to have none of their features. */
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  /* Subleaf 1 exists when subleaf 0 says so. */
  if (leaf == 7 && subleaf > 0) {
    struct registers first = cpuid(7, 0);
    if (first.eax < subleaf)
      memset(&r, 0, sizeof(r));
  }
  return r;
}

static uint64_t enabled_state(void) {
  if (!(cpuid(1, 0).ecx & bit_OSXSAVE))
    return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

/* Not a part of every entry point: it is long and runs once. */
__attribute__((noinline, cold)) static uint64_t detect_features(void) {
  uint64_t state = enabled_state();
  uint64_t found = 0;
#define NIBBLE_CPU_FEATURE(bit, name, leaf, subleaf, reg, position, needed)                                                    \
  if ((cpuid(leaf, subleaf).reg >> (position) & 1) && (state & STATE_##needed) == STATE_##needed)                             \
    found |= UINT64_C(1) << (bit);
#include "nibble/Runtime/CpuFeatures.def"
  return found;
}
#else
static uint64_t detect_features(void) { return 0; }
#endif

/* Set in `known` once the other bits are true; no feature has this bit. */
#define DETECTED (UINT64_C(1) << 63)

uint64_t nibble_cpu_missing(uint64_t required) {
  /* Threads that come at the same time find the same value. */
  static _Atomic uint64_t known;
  uint64_t found = atomic_load_explicit(&known, memory_order_relaxed);
  if (!found) {
    found = detect_features() | DETECTED;
    atomic_store_explicit(&known, found, memory_order_relaxed);
  }
  return required & ~found;
}

static void append(char *buffer, size_t size, const char *text) {
  size_t used = strlen(buffer);
  size_t length = strlen(text);
  if (length > size - 1 - used)
    length = size - 1 - used;
  memcpy(buffer + used, text, length);
  buffer[used + length] = 0;
}

void nibble_cpu_names(uint64_t features, char *buffer, size_t size) {
  if (size == 0)
    return;
  buffer[0] = 0;
#define NIBBLE_CPU_FEATURE(bit, name, leaf, subleaf, reg, position, needed)                                                    \
  if (features >> (bit) & 1) {                                                                                                 \
    if (buffer[0])                                                                                                             \
      append(buffer, size, ", ");                                                                                              \
    append(buffer, size, name);                                                                                                \
  }
#include "nibble/Runtime/CpuFeatures.def"
}
