//===- ArrayTest.cpp - sizes and conversion of arrays -----------------------------------------------------------===//

#include "nibble/Data/Array.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstring>

using namespace nibble::data;

template <typename T> static Array getArray(nibble_dtype dtype, std::vector<T> elements) {
  Array array{{dtype, {static_cast<int64_t>(elements.size())}}, std::vector<char>(elements.size() * sizeof(T))};
  std::memcpy(array.bytes.data(), elements.data(), array.bytes.size());
  return array;
}

static std::string getError(Array array, nibble_dtype dtype) {
  llvm::Expected<Array> converted = convert(std::move(array), dtype);
  return converted ? "" : llvm::toString(converted.takeError());
}

TEST(Array, SizeNeverOverflows) {
  EXPECT_EQ(getSizeInBytes(ArraySpec{NIBBLE_F32, {2, 3}}), 24u);
  EXPECT_EQ(getSizeInBytes(ArraySpec{NIBBLE_F32, {}}), 4u);
  EXPECT_EQ(getSizeInBytes(ArraySpec{NIBBLE_F32, {int64_t(1) << 40, int64_t(1) << 40}}), std::nullopt);
  EXPECT_EQ(getSizeInBytes(ArraySpec{NIBBLE_F32, {-1}}), std::nullopt);
  EXPECT_EQ(toString(ArraySpec{NIBBLE_F32, {1, 3}}), "float32 [1, 3]");
}

TEST(Array, ConvertsWhatFits) {
  Array floats = llvm::cantFail(convert(getArray<double>(NIBBLE_F64, {1.5, -0.1}), NIBBLE_F32));
  EXPECT_EQ(floats.getElements<float>()[1], -0.1f);
  Array bytes = llvm::cantFail(convert(getArray<int64_t>(NIBBLE_I64, {0, 255}), NIBBLE_U8));
  EXPECT_EQ(bytes.getElements<uint8_t>()[1], 255);
  Array halves = llvm::cantFail(convert(getArray<float>(NIBBLE_F32, {1, 65504, 1e6f}), NIBBLE_F16));
  EXPECT_EQ(halves.getElements<uint16_t>()[0], 0x3c00);
  EXPECT_EQ(halves.getElements<uint16_t>()[1], 0x7bff);
  EXPECT_EQ(halves.getElements<uint16_t>()[2], 0x7c00);
  EXPECT_EQ(llvm::cantFail(convert(std::move(halves), NIBBLE_F32)).getElements<float>()[1], 65504);
  EXPECT_EQ(llvm::cantFail(convert(getArray<uint16_t>(NIBBLE_BF16, {0x3f80}), NIBBLE_F32)).getElements<float>()[0], 1);
}

TEST(Array, RefusesWhatDoesNot) {
  EXPECT_EQ(getError(getArray<float>(NIBBLE_F32, {1.5}), NIBBLE_I32), "1.5 is not a value of int32");
  EXPECT_EQ(getError(getArray<int32_t>(NIBBLE_I32, {-1}), NIBBLE_U8), "-1 is not a value of uint8");
  EXPECT_EQ(getError(getArray<float>(NIBBLE_F32, {1e30f}), NIBBLE_I64), "1e+30 is not a value of int64");
  EXPECT_EQ(getError(getArray<int32_t>(NIBBLE_I32, {2}), NIBBLE_BOOL), "2 is not a value of bool");
}

TEST(Array, FindsWhatIsNotFinite) {
  EXPECT_EQ(findNonFinite(getArray<float>(NIBBLE_F32, {1, 2, NAN})), 2u);
  EXPECT_EQ(findNonFinite(getArray<uint16_t>(NIBBLE_F16, {0x3c00, 0x7c00})), 1u);
  EXPECT_EQ(findNonFinite(getArray<float>(NIBBLE_F32, {1, 2})), std::nullopt);
  EXPECT_EQ(findNonFinite(getArray<int32_t>(NIBBLE_I32, {1, 2})), std::nullopt);
}
