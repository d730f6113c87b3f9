#include "nibble/Runtime/Npy.h"
#include <cstdio>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace {

struct Parsed {
  int64_t offset;
  nibble_array array;
  std::string error;
};

Parsed parse(const std::string &bytes) {
  Parsed parsed = {};
  nibble_error error = {""};
  parsed.offset = nibble_npy_parse_header(bytes.data(), bytes.size(), &parsed.array, &error);
  parsed.error = error.message;
  return parsed;
}

std::string header(const std::string &dictionary, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += {static_cast<char>(version), 0, static_cast<char>(dictionary.size() & 255),
            static_cast<char>(dictionary.size() >> 8)};
  if (version == 2)
    bytes += {0, 0};
  return bytes + dictionary;
}

TEST(Npy, ParsesVersionsAndOrders) {
  Parsed one = parse(header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n"));
  EXPECT_EQ(one.error, "");
  EXPECT_EQ(one.array.dtype, NIBBLE_F32);
  EXPECT_EQ(one.array.rank, 2);
  EXPECT_EQ(one.array.shape[1], 3);
  Parsed two = parse(header("{'shape': (7,), 'fortran_order': False, 'descr': '|i1'}", 2));
  EXPECT_EQ(two.error, "");
  EXPECT_EQ(two.array.dtype, NIBBLE_I8);
  EXPECT_EQ(two.array.shape[0], 7);
  Parsed scalar = parse(header("{'descr': '<i8', 'fortran_order': False, 'shape': ()}"));
  EXPECT_EQ(scalar.error, "");
  EXPECT_EQ(scalar.array.rank, 0);
}

TEST(Npy, SaysWhereAHeaderIsWrong) {
  auto error = [](const std::string &dictionary) { return parse(header(dictionary)).error; };
  EXPECT_EQ(parse("PK").error, "offset 0: expected a .npy file, which begins with \\x93NUMPY");
  EXPECT_EQ(parse(header("{}", 3)).error, "offset 6: expected format version 1 or 2, got 3");
  EXPECT_EQ(parse(header("{}").substr(0, 11)).error, "offset 8: expected a header of 2 bytes, got 1");
  EXPECT_EQ(error("{'descr': '>f4', "), "offset 20: expected a little-endian number type, got ''>f4', '");
  EXPECT_EQ(error("{'descr': '<f4"), "offset 20: expected a closed string, got ''<f4'");
  EXPECT_EQ(error("{'descr': '<f4', 'fortran_order': True"),
            "expected elements in C order, got Fortran order (save numpy.ascontiguousarray(array))");
  EXPECT_EQ(error("{'shape': (3)}"), "offset 22: expected ',' or ')', got ')}'");
  EXPECT_EQ(error("{'shape': (-3,)}"), "offset 21: expected a dimension, got '-3,)}'");
  EXPECT_EQ(error("{'shape': (99999999999999999999,)}"), "offset 39: expected a dimension below 2^63, got '99,)}'");
  EXPECT_EQ(error("{'shape': (3,)}"),
            "offset 25: expected all of 'descr', 'fortran_order' and 'shape' before the end, got the end of the header");
  EXPECT_EQ(error("{'bogus': 1}"), "offset 11: expected 'descr', 'fortran_order' or 'shape', got ''bogus': 1}'");
  EXPECT_EQ(error("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}"),
            "expected an array below 2^62 bytes");
}

/// Every prefix and every changed byte of a header is read without harm.
TEST(Npy, SurvivesDamage) {
  std::string good = header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
  for (size_t length = 0; length < good.size(); ++length)
    EXPECT_LT(parse(std::string(good, 0, length)).offset, 0);
  for (size_t at = 0; at < good.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string damaged = good;
      damaged[at] = static_cast<char>(value);
      Parsed parsed = parse(damaged);
      EXPECT_EQ(parsed.offset < 0, !parsed.error.empty());
    }
}

class NpyFile : public testing::Test {
protected:
  void SetUp() override { path = testing::TempDir() + "nibble-" + std::to_string(getpid()) + ".npy"; }
  void TearDown() override { std::remove(path.c_str()); }
  std::string path;
};

TEST_F(NpyFile, RoundTripsEveryType) {
  for (int32_t dtype = NIBBLE_F32; dtype <= NIBBLE_BOOL; ++dtype) {
    unsigned char bytes[48];
    for (int i = 0; i < 48; ++i)
      bytes[i] = static_cast<unsigned char>(i * 5);
    nibble_array written = {dtype, 2, {2, 3}, bytes}, read = {};
    nibble_error error = {""};
    ASSERT_EQ(nibble_npy_write(path.c_str(), &written, &error), 0) << error.message;
    ASSERT_EQ(nibble_npy_read(path.c_str(), &read, &error), 0) << error.message;
    std::unique_ptr<void, void (*)(void *)> data(read.data, free);
    EXPECT_EQ(read.dtype, dtype);
    ASSERT_EQ(read.rank, 2);
    EXPECT_EQ(read.shape[0], 2);
    EXPECT_EQ(read.shape[1], 3);
    EXPECT_EQ(memcmp(read.data, bytes, 6 * nibble_dtype_size(dtype)), 0);
  }
}

TEST_F(NpyFile, ElementsMustBeThere) {
  FILE *file = fopen(path.c_str(), "wb");
  std::string bytes = header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }") + "12345";
  fwrite(bytes.data(), 1, bytes.size(), file);
  fclose(file);
  nibble_array array = {};
  nibble_error error = {""};
  EXPECT_EQ(nibble_npy_read(path.c_str(), &array, &error), -1);
  EXPECT_EQ(std::string(error.message), path + ": expected 24 bytes of elements, got 5");
}

TEST_F(NpyFile, MissingFile) {
  nibble_array array = {};
  nibble_error error = {""};
  EXPECT_EQ(nibble_npy_read(path.c_str(), &array, &error), -1);
  EXPECT_EQ(std::string(error.message), path + ": No such file or directory");
}

} // namespace
