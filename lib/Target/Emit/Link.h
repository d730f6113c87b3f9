//===- Link.h - from an object to a library or an executable ------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_EMIT_LINK_H
#define NIBBLE_LIB_TARGET_EMIT_LINK_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace llvm {
class Triple;
} // namespace llvm

namespace nibble {

/// Links one object into a static executable or a shared library with clang and lld, which must be on the PATH. Nothing in
/// the file depends on the names of files or the time.
llvm::Error linkExecutable(const llvm::Triple &triple, llvm::StringRef objectPath, llvm::StringRef path);
llvm::Error linkSharedLibrary(const llvm::Triple &triple, llvm::StringRef objectPath, llvm::StringRef path);

/// Writes an archive with one member.
llvm::Error writeArchive(llvm::StringRef object, llvm::StringRef memberName, llvm::StringRef path);

} // namespace nibble

#endif // NIBBLE_LIB_TARGET_EMIT_LINK_H
