//===- OutputFiles.cpp - files that appear together or not at all -------------------------------------===//

#include "OutputFiles.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace nibble;

static Error fileError(StringRef path, std::error_code code) {
  return createStringError("%s: %s", path.str().c_str(), code.message().c_str());
}

OutputFiles::~OutputFiles() {
  for (const File &file : files) {
    sys::fs::remove(file.temporary);
    sys::DontRemoveFileOnSignal(file.temporary);
  }
}

Expected<std::string> OutputFiles::add(StringRef path) {
  if (sys::fs::is_directory(path))
    return createStringError("%s: expected a file, got a folder", path.str().c_str());
  SmallString<128> temporary;
  // Beside the file: renaming works within one file system only.
  if (std::error_code code = sys::fs::createUniqueFile(path + ".%%%%%%%%.tmp", temporary))
    return fileError(path, code);
  sys::RemoveFileOnSignal(temporary);
  files.push_back({path.str(), temporary.str().str()});
  return files.back().temporary;
}

Expected<std::string> OutputFiles::write(StringRef path, StringRef content) {
  Expected<std::string> temporary = add(path);
  if (!temporary)
    return temporary.takeError();
  std::error_code code;
  raw_fd_ostream stream(*temporary, code);
  if (!code) {
    stream << content;
    stream.close();
    code = stream.error();
    stream.clear_error();
  }
  if (code)
    return fileError(path, code);
  return temporary;
}

Error OutputFiles::keep() {
  for (const File &file : files) {
    if (std::error_code code = sys::fs::rename(file.temporary, file.path))
      return fileError(file.path, code);
    sys::DontRemoveFileOnSignal(file.temporary);
  }
  files.clear();
  return Error::success();
}
