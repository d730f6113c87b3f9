//===- Problems.h - all that is wrong with a file, in one message -----------------------------------------===//

#ifndef NIBBLE_IMPORT_PROBLEMS_H
#define NIBBLE_IMPORT_PROBLEMS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace nibble {

/// "path: problem" for one, "path: 2 problems" and a line each for more.
std::string formatProblems(llvm::StringRef path, llvm::ArrayRef<std::string> problems);

/// The same as an error; success without problems.
llvm::Error makeError(llvm::StringRef path, llvm::ArrayRef<std::string> problems);

/// "2x3x4", "scalar" for no dimensions: how messages show shapes.
std::string formatShape(llvm::ArrayRef<int64_t> shape);

} // namespace nibble

#endif // NIBBLE_IMPORT_PROBLEMS_H
