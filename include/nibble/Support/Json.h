//===- Json.h - JSON from files that anybody may have written -----------------------------------------===//

#ifndef NIBBLE_SUPPORT_JSON_H
#define NIBBLE_SUPPORT_JSON_H

#include "llvm/Support/JSON.h"

namespace nibble {

/// Parses JSON text; `source` stands for its path in errors. Text whose brackets nest deeper than in any format of nibble is an error:
/// the parser recurses, and a hostile file must not overflow the stack.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text, llvm::StringRef source);

} // namespace nibble

#endif // NIBBLE_SUPPORT_JSON_H
