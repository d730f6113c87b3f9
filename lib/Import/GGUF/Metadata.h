//===- Metadata.h - values of GGUF's keys ---------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_GGUF_METADATA_H
#define NIBBLE_LIB_IMPORT_GGUF_METADATA_H

#include "ByteCursor.h"
#include "nibble/Import/TensorFile.h"

namespace nibble::gguf {

/// A value of a type number of the format; an array's elements are checked and skipped.
llvm::Expected<MetadataValue> readValue(ByteCursor &cursor, uint32_t typeNumber);

} // namespace nibble::gguf

#endif // NIBBLE_LIB_IMPORT_GGUF_METADATA_H
