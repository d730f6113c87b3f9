//===- TemporaryFolder.h - a folder for the files of a test ------------------------------------------------------===//

#ifndef NIBBLE_TEST_UNIT_DATA_TEMPORARYFOLDER_H
#define NIBBLE_TEST_UNIT_DATA_TEMPORARYFOLDER_H

#include "nibble/Data/Array.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

namespace nibble::data {

/// Removed at the end of the test, with everything in it.
class TemporaryFolder {
public:
  TemporaryFolder() { llvm::sys::fs::createUniqueDirectory("nibble-data", folder); }
  ~TemporaryFolder() { llvm::sys::fs::remove_directories(folder); }

  std::string path(llvm::StringRef name = "") const {
    llvm::SmallString<128> result(folder);
    if (!name.empty())
      llvm::sys::path::append(result, name);
    return result.str().str();
  }

  std::string write(llvm::StringRef name, llvm::StringRef content) const {
    std::error_code error;
    llvm::raw_fd_ostream(path(name), error) << content;
    return path(name);
  }

  /// An error's message with the path of the folder left out; empty without an error.
  std::string message(llvm::Error error) const {
    std::string text = llvm::toString(std::move(error));
    for (size_t at; (at = text.find(folder.str().str() + "/")) != std::string::npos;)
      text.erase(at, folder.size() + 1);
    return text;
  }

private:
  llvm::SmallString<128> folder;
};

/// An array of float32 with the elements 0, 1, 2, ….
inline Array countUp(Shape shape) {
  Array array{{NIBBLE_F32, std::move(shape)}, {}};
  array.bytes.resize(*getSizeInBytes(array.type));
  float next = 0;
  for (float &element : array.getElements<float>())
    element = next++;
  return array;
}

} // namespace nibble::data

#endif // NIBBLE_TEST_UNIT_DATA_TEMPORARYFOLDER_H
