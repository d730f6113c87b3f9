#include "nibble/Runtime/CpuFeatures.h"
#include <gtest/gtest.h>
#include <string>

namespace {

std::string names(uint64_t features) {
  char buffer[512];
  nibble_cpu_names(features, buffer, sizeof(buffer));
  return buffer;
}

TEST(CpuFeatures, NamesInOrder) {
  EXPECT_EQ(names(0), "");
  EXPECT_EQ(names(UINT64_C(1) << 13 | UINT64_C(1) << 11), "fma, avx2");
}

TEST(CpuFeatures, NamesAreCutToTheBuffer) {
  char buffer[6];
  nibble_cpu_names(UINT64_C(1) << 13 | UINT64_C(1) << 11, buffer, sizeof(buffer));
  EXPECT_STREQ(buffer, "fma, ");
}

#if defined(__x86_64__)
// The compiler's own runtime asks the same CPU.
TEST(CpuFeatures, AgreesWithTheCompilersRuntime) {
  __builtin_cpu_init();
  EXPECT_EQ(nibble_cpu_missing(UINT64_C(1) << 13) == 0, __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ(nibble_cpu_missing(UINT64_C(1) << 11) == 0, __builtin_cpu_supports("fma") != 0);
  EXPECT_EQ(nibble_cpu_missing(UINT64_C(1) << 18) == 0, __builtin_cpu_supports("avx512f") != 0);
  EXPECT_EQ(nibble_cpu_missing(UINT64_C(1) << 26) == 0, __builtin_cpu_supports("avx512vnni") != 0);
}
#endif

TEST(CpuFeatures, UnknownBitIsMissing) { EXPECT_EQ(nibble_cpu_missing(UINT64_C(1) << 62), UINT64_C(1) << 62); }

} // namespace
