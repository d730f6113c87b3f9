//===- TestData.h - files of the outside data -----------------------------------------------------------===//

#ifndef NIBBLE_TEST_UNIT_IMPORT_TESTDATA_H
#define NIBBLE_TEST_UNIT_IMPORT_TESTDATA_H

#include "nibble/Import/TensorFile.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <cstring>
#include <optional>

namespace nibble {

/// A test of the outside data; skipped without it.
class TestDataTest : public testing::Test {
protected:
  void SetUp() override {
    if (!std::getenv("NIBBLE_TEST_DATA"))
      GTEST_SKIP() << "needs test-data";
  }

  static std::string getPath(llvm::StringRef path) { return std::getenv("NIBBLE_TEST_DATA") + ("/" + path).str(); }

  /// A file that reads without an error; nothing, and the test fails, when it does not.
  static std::optional<TensorFile> readFile(llvm::StringRef path) {
    llvm::Expected<TensorFile> file = TensorFile::read(getPath(path));
    if (file)
      return std::move(*file);
    ADD_FAILURE() << llvm::toString(file.takeError());
    return std::nullopt;
  }
};

/// The elements of a tensor that is there and has elements of type `T`; none, and the test fails, otherwise.
template <typename T> std::vector<T> getElements(const TensorFile &file, llvm::StringRef name) {
  const StoredTensor *tensor = file.findTensor(name);
  std::vector<T> elements;
  if (!tensor || tensor->bytes.size() != tensor->getNumElements() * sizeof(T)) {
    ADD_FAILURE() << "no tensor '" << name.str() << "' of this type";
    return elements;
  }
  elements.resize(tensor->getNumElements());
  std::memcpy(elements.data(), tensor->bytes.data(), tensor->bytes.size());
  return elements;
}

} // namespace nibble

#endif // NIBBLE_TEST_UNIT_IMPORT_TESTDATA_H
