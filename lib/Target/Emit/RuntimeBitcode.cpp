//===- RuntimeBitcode.cpp - lib/Runtime as the compiler carries it -------------------------------------===//

#include "RuntimeBitcode.h"

using llvm::StringRef;

// Defined in RuntimeBitcode.S.
extern "C" {
extern const char nibble_embedded_runtime_x86_64_begin[], nibble_embedded_runtime_x86_64_end[];
extern const char nibble_embedded_program_header_begin[], nibble_embedded_program_header_end[];
}

static StringRef getRange(const char *begin, const char *end) { return StringRef(begin, end - begin); }

std::optional<StringRef> nibble::getRuntimeBitcode(StringRef arch) {
  if (arch == "x86_64")
    return getRange(nibble_embedded_runtime_x86_64_begin, nibble_embedded_runtime_x86_64_end);
  return std::nullopt;
}

StringRef nibble::getProgramHeader() {
  return getRange(nibble_embedded_program_header_begin, nibble_embedded_program_header_end);
}
