//===- HeaderScan.h - what must be known of a header before it is parsed --------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_SAFETENSORS_HEADERSCAN_H
#define NIBBLE_LIB_IMPORT_SAFETENSORS_HEADERSCAN_H

#include "llvm/Support/Error.h"

namespace nibble::safetensors {

/// An error when the text nests deeper than a header does, which would exhaust the stack of a recursive parser, or when
/// a member of an object is there twice, which a parsed object does not show. Text that is not JSON may pass.
llvm::Error scanHeader(llvm::StringRef text);

} // namespace nibble::safetensors

#endif // NIBBLE_LIB_IMPORT_SAFETENSORS_HEADERSCAN_H
