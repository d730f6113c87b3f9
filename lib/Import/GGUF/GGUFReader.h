//===- GGUFReader.h - GGUF files, versions 2 and 3 ------------------------------------------------------===//
//
// Source: the format's description in ggml (docs/gguf.md). Little endian, nothing aligned but the data:
//
//     "GGUF" | u32 version | u64 tensors | u64 keys
//     key, value …         string key | u32 type | value
//     tensor …             string name | u32 dimensions | u64 extent … (contiguous one first) | u32 element type | u64
//     offset data                 begins at the next multiple of `general.alignment` (32); offsets count from there
//
//     string               u64 bytes | bytes
//     array                u32 type of elements | u64 elements | elements
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_GGUF_GGUFREADER_H
#define NIBBLE_LIB_IMPORT_GGUF_GGUFREADER_H

#include "nibble/Import/TensorFile.h"

namespace nibble::gguf {

inline constexpr llvm::StringLiteral magic = "GGUF";

/// Adds the tensors and metadata of `content`, which outlives `file`. An error says at which byte.
llvm::Error read(llvm::StringRef content, TensorFile &file);

} // namespace nibble::gguf

#endif // NIBBLE_LIB_IMPORT_GGUF_GGUFREADER_H
