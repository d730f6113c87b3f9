/*===- CpuFeatures.h - does this CPU have what a program was compiled for? ----------------------------===*/

#ifndef NIBBLE_RUNTIME_CPUFEATURES_H
#define NIBBLE_RUNTIME_CPUFEATURES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Those of `required` (bits of CpuFeatures.def) that this CPU lacks or the operating system has not enabled. CPUID is
   executed by the first call only. */
uint64_t nibble_cpu_missing(uint64_t required);

/* Writes the names of `features`, separated by ", ", into a buffer of `size` bytes, cut if they do not fit. */
void nibble_cpu_names(uint64_t features, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_CPUFEATURES_H */
