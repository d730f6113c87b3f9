//===- TemporaryFile.cpp - a file that goes with its object -----------------------------------------------===//

#include "nibble/Support/TemporaryFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using nibble::TemporaryFile;

TemporaryFile::~TemporaryFile() {
  if (path.empty())
    return;
  sys::fs::remove(path);
  sys::DontRemoveFileOnSignal(path);
}

Expected<TemporaryFile> TemporaryFile::create(StringRef prefix, StringRef extension, StringRef content) {
  SmallString<128> path;
  int descriptor;
  std::error_code code = sys::fs::createTemporaryFile(prefix, extension, descriptor, path);
  if (code)
    return createStringError(code, "cannot make a temporary file: " + code.message());
  TemporaryFile file;
  file.path = path.str();
  sys::RemoveFileOnSignal(file.path);
  raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  stream << content;
  stream.close();
  code = stream.error();
  stream.clear_error();
  if (code)
    return createStringError(code, file.path + ": " + code.message());
  return file;
}
