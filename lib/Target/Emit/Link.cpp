//===- Link.cpp - from an object to a library or an executable ----------------------------------------===//

#include "Link.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace nibble;

static Expected<std::string> findClang() {
  for (StringRef name : {"clang-22", "clang"})
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
  return createStringError("clang-22 is needed to link an executable or a shared library, and is not on the PATH (install clang-22 "
                           "and lld-22, or use --emit=object)");
}

/// Runs clang and returns what it had to say as an error.
static Error runClang(const Triple &triple, ArrayRef<StringRef> options, StringRef objectPath, StringRef path) {
  Expected<std::string> clang = findClang();
  if (!clang)
    return clang.takeError();
  SmallString<128> logPath;
  if (std::error_code code = sys::fs::createTemporaryFile("nibble-link", "log", logPath))
    return createStringError("%s: %s", logPath.c_str(), code.message().c_str());
  FileRemover removeLog(logPath);
  std::string target = "--target=" + triple.str();
  SmallVector<StringRef> arguments = {*clang, target, "-fuse-ld=lld", "-Wl,--build-id=none", "-Wl,--gc-sections"};
  arguments.append(options.begin(), options.end());
  // libm is part of libc's promise, and taken only if something of it is used.
  arguments.append({"-o", path, objectPath, "-Wl,--as-needed", "-lm"});
  std::string message;
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(logPath), StringRef(logPath)};
  int result = sys::ExecuteAndWait(*clang, arguments, std::nullopt, redirects, 0, 0, &message);
  if (result == 0)
    return Error::success();
  if (ErrorOr<std::unique_ptr<MemoryBuffer>> log = MemoryBuffer::getFile(logPath))
    message += (*log)->getBuffer().rtrim().str();
  return createStringError("linking failed: " + message);
}

Error nibble::linkExecutable(const Triple &triple, StringRef objectPath, StringRef path) {
  return runClang(triple, {"-static"}, objectPath, path);
}

Error nibble::linkSharedLibrary(const Triple &triple, StringRef objectPath, StringRef path) {
  return runClang(triple, {"-shared", "-Wl,--no-undefined", "-Wl,-Bsymbolic"}, objectPath, path);
}

Error nibble::writeArchive(StringRef object, StringRef memberName, StringRef path) {
  NewArchiveMember member(MemoryBufferRef(object, memberName));
  return llvm::writeArchive(path, member, SymtabWritingMode::NormalSymtab, object::Archive::K_GNU, /*Deterministic=*/true,
                            /*Thin=*/false);
}
