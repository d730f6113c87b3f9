//===- NpyTest.cpp - .npy and .npz files: round trip and bad input -------------------------------------------------===//

#include "TemporaryFolder.h"
#include "nibble/Data/Npy.h"
#include "nibble/Data/Npz.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

using namespace nibble::data;

static std::string getFile(llvm::StringRef header, llvm::StringRef elements) {
  std::string text = "\x93NUMPY";
  text += {1, 0, static_cast<char>(header.size()), 0};
  return text + header.str() + elements.str();
}

static std::string getError(llvm::StringRef content) {
  TemporaryFolder folder;
  llvm::Expected<Array> array = readNpy(folder.write("a.npy", content));
  return array ? "" : folder.message(array.takeError());
}

static std::string readContent(llvm::StringRef path) {
  return llvm::cantFail(llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(path)))->getBuffer().str();
}

TEST(Npy, ReadsWhatItWrites) {
  TemporaryFolder folder;
  for (const Shape &shape : {Shape{}, Shape{3}, Shape{2, 3, 1}, Shape{0, 5}}) {
    Array array = countUp(shape);
    ASSERT_EQ(folder.message(writeNpy(folder.path("a.npy"), array)), "");
    Array read = llvm::cantFail(readNpy(folder.path("a.npy")));
    EXPECT_EQ(read.type.shape, shape);
    EXPECT_EQ(read.bytes, array.bytes);
  }
}

TEST(Npy, TransposesFortranOrder) {
  TemporaryFolder folder;
  Array stored = llvm::cantFail(readNpy(folder.write(
      "a.npy", getFile("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", {"\0\1\2\3\4\5", 6}))));
  EXPECT_EQ(stored.bytes, (std::vector<char>{0, 2, 4, 1, 3, 5}));
}

TEST(Npy, SaysWhatIsWrong) {
  EXPECT_EQ(getError(""), "a.npy: not a .npy file");
  EXPECT_EQ(getError("PK\3\4"), "a.npy: not a .npy file");
  EXPECT_EQ(getError({"\x93NUMPY\1\0\xff\0{", 11}), "a.npy: the header is truncated or longer than 64 KiB");
  EXPECT_EQ(getError({"\x93NUMPY\7\0\xff\0{", 11}), "a.npy: expected .npy version 1 to 3, got 7");
  EXPECT_EQ(getError(getFile("{'descr': '>f4', 'fortran_order': False, 'shape': (), }", "1234")),
            "a.npy: expected numbers or booleans, little endian, got elements of type '>f4'");
  EXPECT_EQ(getError(getFile("{'descr': '|O', 'fortran_order': False, 'shape': (), }", "1234")),
            "a.npy: expected numbers or booleans, little endian, got elements of type '|O'");
  EXPECT_EQ(getError(getFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }", "1234")),
            "a.npy: expected a simple element type, got a structure");
  EXPECT_EQ(getError(getFile("{'descr': '<f4', 'shape': (1,), }", "1234")),
            "a.npy: expected 'descr', 'fortran_order' and 'shape' in the header");
  EXPECT_EQ(getError(getFile("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "1234")),
            "a.npy: expected a tuple of sizes after 'shape'");
}

TEST(Npy, ClaimsAreCheckedAgainstTheFile) {
  EXPECT_EQ(getError(getFile("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234")),
            "a.npy: the header says float32 [2], but 4 bytes follow it");
  EXPECT_EQ(getError(getFile("{'descr': '<f4', 'fortran_order': True, 'shape': (99999999999,99999999999), }", "1234")),
            "a.npy: the header says float32 [99999999999, 99999999999], but 4 bytes follow it");
}

TEST(Npy, NoPrefixOfAFileIsAccepted) {
  TemporaryFolder folder;
  ASSERT_EQ(folder.message(writeNpy(folder.path("a.npy"), countUp({3}))), "");
  std::string content = readContent(folder.path("a.npy"));
  for (size_t size = 0; size < content.size(); ++size)
    EXPECT_NE(getError(content.substr(0, size)), "") << size;
}

TEST(Npz, ReadsWhatItWrites) {
  TemporaryFolder folder;
  std::map<std::string, Array> arrays = {{"x", countUp({2, 3})}, {"a/b", countUp({})}};
  ASSERT_EQ(folder.message(writeNpz(folder.path("a.npz"), arrays)), "");
  std::map<std::string, Array> read = llvm::cantFail(readNpz(folder.path("a.npz")));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read["x"].bytes, arrays["x"].bytes);
  EXPECT_EQ(read["x"].type.shape, arrays["x"].type.shape);
  EXPECT_EQ(read["a/b"].bytes, arrays["a/b"].bytes);
}

TEST(Npz, ReadsForwardsAndBackwards) {
  TemporaryFolder folder;
  ASSERT_EQ(folder.message(writeNpz(folder.path("a.npz"), {{"x", countUp({5000})}})), "");
  std::unique_ptr<ArraySource> source = llvm::cantFail(openNpz(folder.path("a.npz"), "x"));
  for (int index : {4999, 0, 2500}) {
    float element;
    ASSERT_EQ(folder.message(source->read(index * 4, {reinterpret_cast<char *>(&element), 4})), "");
    EXPECT_EQ(element, index);
  }
}

TEST(Npz, SaysWhatIsWrong) {
  TemporaryFolder folder;
  auto getNpzError = [&](llvm::StringRef name) {
    llvm::Expected<Array> array = readNpz(folder.path("a.npz"), name);
    return array ? "" : folder.message(array.takeError());
  };
  EXPECT_EQ(getNpzError("x"), "a.npz: No such file");
  folder.write("a.npz", "something else");
  EXPECT_EQ(getNpzError("x"), "a.npz: Not a zip archive");
  ASSERT_EQ(folder.message(writeNpz(folder.path("a.npz"), {{"x", countUp({50})}})), "");
  EXPECT_EQ(getNpzError("y"), "a.npz: no array 'y'");
  std::string content = readContent(folder.path("a.npz"));
  for (size_t size = 0; size < content.size(); size += 7) { // no central directory, or none at all
    folder.write("a.npz", content.substr(0, size));
    EXPECT_NE(getNpzError("x"), "") << size;
  }
  content[content.find("NUMPY")] ^= 1;
  folder.write("a.npz", content);
  EXPECT_EQ(getNpzError("x"), "a.npz: array 'x': CRC error");
}
