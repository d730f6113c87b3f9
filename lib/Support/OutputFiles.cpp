//===- OutputFiles.cpp - files that appear together or not at all -------------------------------------===//

#include "nibble/Support/OutputFiles.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
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

Error nibble::checkOutputPath(StringRef path) {
  if (sys::fs::is_directory(path))
    return createStringError("%s: expected a file, got a folder", path.str().c_str());
  StringRef folder = sys::path::parent_path(path);
  if (!folder.empty() && !sys::fs::is_directory(folder))
    return createStringError("%s: no such folder", folder.str().c_str());
  return Error::success();
}

Expected<std::string> OutputFiles::add(StringRef path) {
  if (Error error = checkOutputPath(path))
    return std::move(error);
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

Error nibble::writeFile(StringRef path, StringRef content) {
  OutputFiles files;
  if (Expected<std::string> temporary = files.write(path, content); !temporary)
    return temporary.takeError();
  return files.keep();
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
