//===- SafetensorsReader.h - safetensors files ----------------------------------------------------------===//
//
// Source: https://github.com/huggingface/safetensors#format:
//
//     u64 bytes of the header, little endian
//     header    {"<name>": {"dtype": "F16", "shape": [2, 3], "data_offsets": [begin, end]}, …, "__metadata__":
//     {"<key>": "<text>"}} data      offsets count from here; tensors cover it without gaps
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_SAFETENSORS_SAFETENSORSREADER_H
#define NIBBLE_LIB_IMPORT_SAFETENSORS_SAFETENSORSREADER_H

#include "nibble/Import/TensorFile.h"

namespace nibble::safetensors {

/// Adds the tensors and metadata of `content`, which outlives `file`.
llvm::Error read(llvm::StringRef content, TensorFile &file);

} // namespace nibble::safetensors

#endif // NIBBLE_LIB_IMPORT_SAFETENSORS_SAFETENSORSREADER_H
