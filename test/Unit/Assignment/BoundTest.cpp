//===- BoundTest.cpp - bounds as users write them ----------------------------------------------------------------------===//

#include "nibble/Assignment/Bound.h"
#include "gtest/gtest.h"

using namespace nibble::assignment;

/// What a bound means for a model of 2000 ns, 4000 bytes and 1000 weights in float.
static double get(Quantity quantity, llvm::StringRef text) {
  return llvm::cantFail(Bound::parse(quantity, text)).get(quantity, {0, 2000, 4000}, 1000);
}

static std::string getError(Quantity quantity, llvm::StringRef text) {
  llvm::Expected<Bound> bound = Bound::parse(quantity, text);
  return bound ? "" : llvm::toString(bound.takeError());
}

TEST(Bound, HasUnits) {
  EXPECT_EQ(get(Quantity::Time, "0.5x"), 1000);
  EXPECT_EQ(get(Quantity::Time, "12us"), 12000);
  EXPECT_EQ(get(Quantity::Time, "12 ns"), 12);
  EXPECT_EQ(get(Quantity::Time, "1.5ms"), 1.5e6);
  EXPECT_EQ(get(Quantity::Time, "2s"), 2e9);
  EXPECT_EQ(get(Quantity::Size, "0.25x"), 1000);
  EXPECT_EQ(get(Quantity::Size, "100B"), 100);
  EXPECT_EQ(get(Quantity::Size, "1.5MB"), 1.5e6);
  EXPECT_EQ(get(Quantity::Size, "2kB"), 2000);
  EXPECT_EQ(get(Quantity::Size, "1GB"), 1e9);
  EXPECT_EQ(get(Quantity::Size, "2KiB"), 2048);
  EXPECT_EQ(get(Quantity::Size, "1MiB"), 1 << 20);
  EXPECT_EQ(get(Quantity::Size, "1GiB"), 1 << 30);
  EXPECT_EQ(get(Quantity::Size, "4bits"), 500);
  EXPECT_EQ(get(Quantity::Loss, "0.01"), 0.01);
}

TEST(Bound, OthersAreRefused) {
  EXPECT_EQ(getError(Quantity::Time, "12"), "expected a time (12us; ns, us, ms or s) or a part of float32's (0.7x), got '12'");
  EXPECT_EQ(getError(Quantity::Time, "12kB"), "expected a time (12us; ns, us, ms or s) or a part of float32's (0.7x), got '12kB'");
  EXPECT_EQ(getError(Quantity::Size, "x"), "expected a size (1.5MB; B, kB, MB, GB, KiB, MiB or GiB), a part of float32's (0.2x) or an "
                                           "average for each weight (4.5bits), got 'x'");
  EXPECT_EQ(getError(Quantity::Loss, "-1"), "expected a number, for example 0.01, got '-1'");
  EXPECT_EQ(getError(Quantity::Loss, "nan"), "expected a number, for example 0.01, got 'nan'");
}
