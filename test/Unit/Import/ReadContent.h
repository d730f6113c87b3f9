//===- ReadContent.h - reading a file that a test has in memory ------------------------------------------===//

#ifndef NIBBLE_TEST_UNIT_IMPORT_READCONTENT_H
#define NIBBLE_TEST_UNIT_IMPORT_READCONTENT_H

#include "nibble/Import/TensorFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

namespace nibble {

/// Reads `content` as a file with this extension; its path is left out of an error.
inline llvm::Expected<TensorFile> readContent(llvm::StringRef content, llvm::StringRef extension) {
  llvm::SmallString<128> path;
  int descriptor;
  llvm::cantFail(llvm::errorCodeToError(llvm::sys::fs::createTemporaryFile("nibble", extension, descriptor, path)));
  llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << content;
  llvm::Expected<TensorFile> file = TensorFile::read(path);
  llvm::sys::fs::remove(path);
  if (file)
    return file;
  llvm::StringRef prefix = path;
  return llvm::createStringError(llvm::toString(file.takeError()).substr(prefix.size() + 2));
}

/// The error of reading, empty without one.
inline std::string getReadError(llvm::StringRef content, llvm::StringRef extension) {
  return llvm::toString(readContent(content, extension).takeError());
}

} // namespace nibble

#endif // NIBBLE_TEST_UNIT_IMPORT_READCONTENT_H
