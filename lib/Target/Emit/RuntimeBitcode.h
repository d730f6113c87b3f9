//===- RuntimeBitcode.h - lib/Runtime as the compiler carries it ---------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_EMIT_RUNTIMEBITCODE_H
#define NIBBLE_LIB_TARGET_EMIT_RUNTIMEBITCODE_H

#include "llvm/ADT/StringRef.h"
#include <optional>

namespace nibble {

/// The bitcode of lib/Runtime for an architecture, as LLVM's triples name it; none if nibble was built without.
std::optional<llvm::StringRef> getRuntimeBitcode(llvm::StringRef arch);

/// The text of nibble/Runtime/Program.h.
llvm::StringRef getProgramHeader();

} // namespace nibble

#endif // NIBBLE_LIB_TARGET_EMIT_RUNTIMEBITCODE_H
