//===- JsonObject.h - configurations beside files of tensors ----------------------------------------------===//

#ifndef NIBBLE_IMPORT_JSONOBJECT_H
#define NIBBLE_IMPORT_JSONOBJECT_H

#include "llvm/Support/JSON.h"

namespace nibble {

/// Reads a JSON file of at most 64 MiB whose outermost value is an object. The error starts with the path.
llvm::Expected<llvm::json::Object> readJsonObject(llvm::StringRef path);

/// Parses JSON that is an object and does not nest deeper than a configuration does.
llvm::Expected<llvm::json::Object> parseJsonObject(llvm::StringRef text);

} // namespace nibble

#endif // NIBBLE_IMPORT_JSONOBJECT_H
