#include "nibble/Runtime/Output.h"
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

const int64_t shape[] = {2};
const nibble_tensor outputs[] = {{"a/b", shape, 1, NIBBLE_F32, -1, 0, 1, 0},
                                 {"a:b", shape, 1, NIBBLE_F32, -1, 0, 1, 0},
                                 {"../../etc", shape, 1, NIBBLE_F32, -1, 0, 1, 0},
                                 {"", shape, 1, NIBBLE_F32, -1, 0, 1, 0}};
const nibble_info info = {NIBBLE_PROGRAM_VERSION, 0, 4, 1, "m", nullptr, outputs, 0, 64, "", 0, nullptr};

std::string fileName(int index) {
  char buffer[512];
  nibble_output_file_name(&info, index, buffer, sizeof(buffer));
  return buffer;
}

TEST(Output, FileNamesAreSafeAndDifferent) {
  EXPECT_EQ(fileName(0), "a_b.npy");
  EXPECT_EQ(fileName(1), "a_b_1.npy");
  EXPECT_EQ(fileName(2), "_._.._etc.npy");
  EXPECT_EQ(fileName(3), "_.npy");
}

class OutputFolder : public testing::Test {
protected:
  void SetUp() override { folder = fs::path(testing::TempDir()) / ("nibble-output-" + std::to_string(getpid())); }
  void TearDown() override { fs::remove_all(folder); }

  int write(nibble_error &error) {
    float data[] = {1, 2};
    nibble_array array = {NIBBLE_F32, 1, {2}, data};
    nibble_array arrays[] = {array, array, array, array};
    return nibble_write_outputs(&info, arrays, folder.c_str(), &error);
  }

  size_t numFiles() { return std::distance(fs::directory_iterator(folder), fs::directory_iterator()); }

  fs::path folder;
};

TEST_F(OutputFolder, WritesAll) {
  nibble_error error = {""};
  EXPECT_EQ(write(error), 0) << error.message;
  EXPECT_EQ(numFiles(), 4u);
  EXPECT_TRUE(fs::exists(folder / "a_b_1.npy"));
}

TEST_F(OutputFolder, LeavesNothingBehindAnError) {
  // A folder where a file is to be.
  fs::create_directories(folder / "a_b.npy" / "x");
  nibble_error error = {""};
  EXPECT_EQ(write(error), -1);
  EXPECT_EQ(std::string(error.message), (folder / "a_b.npy").string() + ": Is a directory");
  EXPECT_EQ(numFiles(), 1u);
}

TEST_F(OutputFolder, NamesTheFolder) {
  folder = folder / "missing" / "out";
  nibble_error error = {""};
  EXPECT_EQ(write(error), -1);
  EXPECT_EQ(std::string(error.message), folder.string() + ": No such file or directory");
}

} // namespace
